-- How bad is a value that is worse than usual?
-- `found` is the result of `departure`; `rule` a row of `comparison_rules`. severe, warning, or note where a change
-- alone is no alarm; a better value is a note.
create or replace macro departure_severity(found, rule, verdict, value) as case verdict
    when 'worse' then
        case
            when not rule.notable then 'note'
            when found.ratio >= rule.severe_ratio or value - found.median >= rule.severe_change then 'severe'
            else 'warning'
        end
    when 'better' then 'note'
end;
