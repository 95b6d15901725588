-- How is a text shortened to a headline?
-- Its first line, cut between words if it is longer than `most` characters; `…` shows that it was cut.
-- example: SELECT cut_words('No such file: model.pkl', 20) AS cut, cut_words('short', 20) AS whole
create or replace macro cut_words(words, most) as
    case
        when len(words) <= most and not regexp_matches(words, '[\r\n]\s*\S') then regexp_replace(words, '\s+$', '')
        when len(regexp_extract(words, '^\s*([^\r\n]*)', 1)) <= most - 2
            then regexp_extract(words, '^\s*([^\r\n]*)', 1) || ' …'
        else regexp_replace(left(regexp_extract(words, '^\s*([^\r\n]*)', 1), most - 2), '\s+\S{0,30}$', '') || ' …'
    end;
