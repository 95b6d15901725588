-- How is a text shortened to a headline?
-- Its first line, cut between words if it is longer than `most` characters; `…` shows that it was cut.
-- example: SELECT cut_words('No such file: model.pkl', 20) AS cut, cut_words('short', 20) AS whole
create or replace macro cut_words(words, most) as
    case
        when len(words) <= most and not contains(words, chr(10)) then words
        when len(trim(split_part(words, chr(10), 1))) < most then trim(split_part(words, chr(10), 1)) || ' …'
        else
            regexp_replace(left(trim(split_part(words, chr(10), 1)), most - 2), '\s+\S{0,30}$', '') || ' …'
    end;
