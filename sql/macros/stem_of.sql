-- What remains of a name without its numbers?
-- `scoring-*` of scoring-2024-03-01, `*` for each sequence of digits; NULL if no word of three letters remains, or if
-- the name contains a UUID or another long hexadecimal number: then it was generated.
-- example: SELECT stem_of('scoring-2024-03-01') AS stem
create or replace macro stem_of(name) as case
    when regexp_matches(name, '(?i)[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}') then null
    when regexp_matches(name, '[A-Za-z]{3}')
        then regexp_replace(name, '[0-9]+([-_.:T]*[0-9]+)*', '*', 'g')
end;
