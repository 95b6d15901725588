-- On which days did a group of jobs do worse than on the days before, and by which measure?
-- The alarms in `group_comparisons`: one row per day, group and measure whose verdict is worse, without notes.
-- `severity` as in `regressions`. A group that is new, or has too few days, is never listed.
-- scope: all jobs
-- example: SELECT day, group_kind, group_name, measure, severity, sentence FROM group_regressions LIMIT 3
select * exclude (verdict)
from group_comparisons
where verdict = 'worse' and severity <> 'note'
order by day desc, severity, group_kind, group_name, measure
