-- Is a value worse, better or as usual?
-- `found` is the result of `departure`; `rule` a row of `comparison_rules`; `weight` converts a rate to events. worse,
-- better, usual, or too_few if there are not enough earlier values. In addition to its distance from the median, a
-- change must exceed all but one of the earlier values; rates, which come in bursts, must exceed that by half. Failures
-- are also worse if ten earlier values have none at all.
create or replace macro departure_verdict(found, rule, value, weight, past) as case
    when found.runs < rule.runs_needed then 'too_few'
    when abs(value - found.median) * weight < rule.least_amount
        or abs(value - found.median) < greatest(rule.least_share * found.median, rule.least_change) then 'usual'
    when rule.lost and found.runs >= 10 and list_max(past) = 0 then 'worse'
    when found.z >= rule.least_z
        and value > list_sort(past)[-2] * case when rule.kind in ('rate', 'count') then 1.5 else 1 end then 'worse'
    when found.z <= -rule.least_z and value < list_sort(past)[2] then 'better'
    else 'usual'
end;
