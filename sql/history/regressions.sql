-- Which jobs did worse than the jobs before them, and in what?
-- The alarms among `job_comparisons`: one row per job and measure whose verdict is worse, notes left out, the latest
-- jobs first. `severity`: severe (twice as long, 5 percent more of the items failed, a new error in a failed job), else
-- warning. Jobs of which there are too few like them never stand here.
-- scope: all jobs
-- example: SELECT job_id, measure, severity, sentence FROM regressions LIMIT 3
select * exclude (verdict)
from job_comparisons
where verdict = 'worse' and severity <> 'note'
order by started_at desc nulls last, job_id, severity, measure
