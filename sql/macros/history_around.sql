-- Which jobs of the history are needed to compare some jobs with those before them?
-- The rows of `job_measures` of these jobs, and of the jobs in their comparison groups that started between them and up
-- to 100 before: everything that `compared_with_past` reads. So the cost of a nightly comparison depends on the number
-- of jobs of that run, not on the history.
-- example: SELECT job_id, started_at, state FROM history_around(['clean-v4']) ORDER BY started_at DESC LIMIT 3
create or replace macro history_around(jobs) as table
with grouped as (
    select job_id, started_at, comparison_group(job_id, experiment, labels, source) as comparison_group
    from job_measures
),

wanted as (
    select comparison_group, min(started_at) as first_at, max(started_at) as last_at
    from grouped
    where list_contains(jobs, job_id)
    group by comparison_group
),

near as (
    select g.job_id
    from grouped as g
    join wanted as w using (comparison_group)
    where g.started_at <= w.last_at
    qualify g.started_at >= w.first_at
        or row_number() over (
            partition by comparison_group, g.started_at >= w.first_at order by g.started_at desc, g.job_id desc
        ) <= 100
)

select *
from job_measures
where job_id in (select job_id from near) or list_contains(jobs, job_id);
