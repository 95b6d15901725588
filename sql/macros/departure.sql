-- How far is a value from what was usual?
-- `past` are the values before it; `rule` is a row of `comparison_rules`. Gives how many there were, their median
-- and MAD (median distance from it), the spread that a change is measured by, `z` in spreads, and the ratio to the
-- median. The spread is MAD / 0.6745, which is a standard deviation where values are spread normally, a bit more
-- where they are few; but no less than noise alone makes it: of a rate over so many chances (`sample`), of a count,
-- of the rule.
-- example: SELECT d.median, d.mad, d.spread, d.z, d.ratio FROM (SELECT departure(300.0, [100.0, 104.0, 98.0, 101.0,
-- 97.0], r, NULL) AS d FROM comparison_rules AS r WHERE measure = 'duration_s')
create or replace macro departure(value, past, rule, sample) as {
    runs: len(past),
    median: list_median(past),
    mad: list_aggregate(past, 'mad'),
    spread: departure_spread(past, rule, sample),
    z: (value - list_median(past)) / nullif(departure_spread(past, rule, sample), 0),
    ratio: value / nullif(list_median(past), 0)
};
