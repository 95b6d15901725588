-- What is left of a name without its numbers?
-- `scoring-*` of scoring-2024-03-01, `*` for each run of numbers; NULL if no word of three letters is left, or if the
-- name holds a UUID or another long number in hexadecimal digits: then it was made up.
-- example: SELECT stem_of('scoring-2024-03-01') AS stem
create or replace macro stem_of(name) as case
    when regexp_matches(name, '(?i)[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}') then null
    when regexp_matches(name, '[A-Za-z]{3}')
        then regexp_replace(name, '[0-9]+([-_.:T]*[0-9]+)*', '*', 'g')
end;
