-- Which jobs did worse than the jobs before them, and in what?
-- The rows of `job_comparisons` whose verdict is worse: one per job and measure, the latest jobs first. `severity`:
-- severe (twice as long, 5 percent more of the items failed, new errors in a failed job), warning, or note where the
-- change alone need alarm nobody. Jobs of which there are too few like them never stand here.
-- example: SELECT job_id, measure, severity, sentence FROM regressions LIMIT 3
select * exclude (verdict)
from job_comparisons
where verdict = 'worse'
order by
    started_at desc nulls last, job_id, case severity when 'severe' then 1 when 'warning' then 2 else 3 end, measure
