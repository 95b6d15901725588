-- How are fractions added up so that the order of the rows does not change the last digits of the sum?
-- As decimals with nine places, whose sum is exact: `sum(exact(elapsed_s))::double`. NULL for values that are no number
-- of seconds: not finite, or beyond 10^20.
-- example: SELECT sum(exact(seconds))::double AS whole FROM (VALUES (0.1::DOUBLE), (0.2), (0.3)) AS times (seconds)
create or replace macro exact(fraction) as try_cast(fraction as decimal(29, 9));
