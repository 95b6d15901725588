-- How far are values from the usual value by chance?
-- A part of `departure`; see there. Events come in bursts, hence twice the spread of independent ones.
create or replace macro departure_spread(past, rule, sample) as greatest(
    list_aggregate(past, 'mad') / 0.6745 * len(past) / nullif(greatest(len(past) - 2, 0), 0),
    rule.noise_share * list_median(past),
    rule.noise_amount,
    case rule.kind
        when 'rate' then
            2 * sqrt(greatest(list_median(past), 1 / sample) * (1 - least(list_median(past), 1)) / sample)
        when 'count' then 2 * sqrt(greatest(list_median(past), 1))
    end
);
