-- Which values have these shares of the values below them?
-- `quantiles_of(elapsed_s, [0.5, 0.95])` is a list, `quantiles_of(elapsed_s, 0.95)` a number; between two values it is
-- interpolated. An aggregate without FILTER: a CASE leaves values out. While a job of more than 512 MB of logs is
-- derived, it is an estimate (t-digest), for the exact ones need all values in memory.
-- example: SELECT quantiles_of(v, [0.25, 0.5]) AS quartiles FROM range(11) AS t (v)
create or replace macro quantiles_of(x, shares) as
    quantile_cont(x, shares);
