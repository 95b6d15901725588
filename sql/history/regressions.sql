-- Which jobs did worse than the jobs before them, and by which measure?
-- The alarms in `job_comparisons`: one row per job and measure whose verdict is worse, without notes, the latest jobs
-- first. `severity`: severe (twice as long, 5 percent more of the items failed, a new error in a failed job), else
-- warning. Jobs with too few similar jobs are never listed.
-- scope: all jobs
-- example: SELECT job_id, measure, severity, sentence FROM regressions LIMIT 3
select * exclude (verdict)
from job_comparisons
where verdict = 'worse' and severity <> 'note'
order by started_at desc nulls last, job_id, severity, measure
