-- How does each job compare with the jobs like it that ran before?
-- from: job_comparisons
-- 1 is the median of up to ten earlier jobs of its group that had about as much to do; 2 is twice as long. The last 400
-- jobs.
with latest as (
    select job_id
    from job_measures
    where started_at is not null
    order by started_at desc
    limit 400
)

select
    job_id, comparison_group, epoch_ms(started_at) as start_ms, started_at, measure, value, usual, ratio, verdict,
    compared_jobs, list_contains($jobs, job_id) as told_here
from job_comparisons
join latest using (job_id)
where measure in ('duration_s', 'p95_elapsed_s') and ratio > 0 and verdict in ('usual', 'worse', 'better')
order by start_ms, job_id, measure
