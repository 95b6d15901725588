-- Which jobs did worse than those before them?
-- from: regressions
-- Each job is compared with the last jobs like it, by their median and its usual spread; nothing is said where there
-- are too few.
select job_id, severity, measure, sentence, value, usual, ratio, compared_jobs, comparison_group
from regressions
where list_contains($jobs, job_id)
order by list_position(['severe', 'warning', 'note'], severity), started_at desc nulls last, job_id, measure
limit 40
