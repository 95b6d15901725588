-- How is a text shortened to a headline?
-- Its first line, cut between words if it is longer than `most` characters; `…` shows that it was cut.
-- example: SELECT cut_words('No such file: model.pkl', 20) AS cut, cut_words('short', 20) AS whole
create or replace macro cut_words(words, most) as
    list_transform(  -- a macro repeats what it is given: so it is worked out twice, not six times
        [{whole: words, line: regexp_extract(words, '^\s*([^\r\n]*)', 1), most: most}],
        lambda t: case
            when len(t.whole) <= t.most and not regexp_matches(t.whole, '[\r\n]\s*\S')
                then regexp_replace(t.whole, '\s+$', '')
            when len(t.line) <= t.most - 2 then t.line || ' …'
            else regexp_replace(left(t.line, t.most - 2), '\s+\S{0,30}$', '') || ' …'
        end
    )[1];
