-- How does a sentence compare a value with the usual value?
-- It states the numbers, and how many earlier values they were compared with; see `departure`. `one` and `many` are the
-- words for these values.
create or replace macro departure_sentence(found, rule, verdict, value, weight, one, many) as case verdict
    when 'too_few' then
        'baseline too small: ' || counted(found.runs, one, many) || ', ' || rule.runs_needed || ' required'
    when 'partial' then 'not compared: the job is still running, or its files are truncated'
    else
        rule.title || ': '
            || case rule.kind
                when 'rate' then
                    format('{:,}', round(value * weight)::bigint) || ' of ' || format('{:,}', weight::bigint) || ' ('
                        || printf('%.1f %%', 100 * value) || ')'
                when 'time' then spell_of(value)
                when 'share' then printf('%.1f %%', 100 * value)
                else printf('%.0f', value)
            end
            || case
                when found.median = 0 and rule.kind in ('rate', 'count') then ', usually none'
                when rule.kind = 'time' and verdict <> 'usual' then
                    ', ' || printf('%.1f', found.ratio) || ' times the usual ' || spell_of(found.median)
                when rule.kind = 'time' then ', usually ' || spell_of(found.median)
                when rule.kind = 'count' then printf(', usually %.0f', found.median)
                else printf(', usually %.1f %%', 100 * found.median)
            end
            || ' (median of the last ' || counted(found.runs, one, many) || ')'
end;
