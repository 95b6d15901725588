-- On which days did a group of jobs do worse than on the days before, and in what?
-- The alarms among `group_comparisons`: one row per day, group and measure whose verdict is worse, notes left out.
-- `severity` as in `regressions`. A group that is new, or had too few days, never stands here.
-- scope: all jobs
-- example: SELECT day, group_kind, group_name, measure, severity, sentence FROM group_regressions LIMIT 3
select * exclude (verdict)
from group_comparisons
where verdict = 'worse' and severity <> 'note'
order by day desc, severity, group_kind, group_name, measure
