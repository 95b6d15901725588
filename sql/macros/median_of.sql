-- Which value has as many values below as above it?
-- An aggregate without FILTER: a CASE leaves values out. While a job of more than 512 MB of logs is derived, it is an
-- estimate, as those of `quantiles_of` are.
-- example: SELECT median_of(v) AS middle FROM range(11) AS t (v)
create or replace macro median_of(x) as
    median(x);
