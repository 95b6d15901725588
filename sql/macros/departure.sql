-- How far is a value from the usual value?
-- `past` are the values before it; `rule` is a row of `comparison_rules`. Returns their number, median and MAD (median
-- distance from the median), the spread by which a change is measured, `z` in spreads, and the ratio to the median. The
-- spread is MAD / 0.6745, which is a standard deviation if values are normally distributed, slightly more if they are
-- few; but no less than noise alone causes: that of a rate over the number of chances (`sample`), of a count, of the
-- rule.
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
