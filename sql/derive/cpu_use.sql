-- How much CPU did the worker processes use while they had a mini-batch in progress?
-- The base view of `cpu_idle` and `cpu_oversubscribed`. One row per job, of done mini-batches with recorded elapsed,
-- run and CPU time. `share` is CPU time / elapsed, `run_share` CPU time / time inside run(); above 1 with several
-- cores. Children of a worker are not counted, nor is a GPU; therefore `node_percent`, the median of the node samples
-- while the job worked, shows the CPU use of the whole node, including children (`samples`: how many). `workers`: how
-- many were busy at one time, on average, on the node with most.
-- example: SELECT job_id, mini_batches, share, run_share, workers, node_percent, samples FROM cpu_use ORDER BY job_id
-- LIMIT 3
with tries as materialized (
    select job_id, node, started_at, ended_at, elapsed_s, run_s, process_s
    from timed_attempts
    where final and outcome = 'done' and process_s is not null and elapsed_s > 0
),

jobs_used as (
    select
        job_id,
        count(*) as mini_batches,
        sum(exact(elapsed_s))::double as busy_s,
        sum(exact(process_s))::double as process_s,
        sum(exact(process_s))::double / sum(exact(elapsed_s))::double as share,
        sum(exact(process_s)) filter (where run_s > 0)::double
            / sum(exact(run_s)) filter (where run_s > 0)::double as run_share,
        min(started_at) as first_at,
        max(ended_at) as last_at
    from tries
    group by job_id
    having count(*) >= threshold('enough_to_compare')
),

nodes_used as (
    select job_id, max(at_work) as workers
    from (
        select
            job_id, node,
            sum(exact(elapsed_s))::double / nullif(epoch(max(ended_at) - min(started_at)), 0) as at_work
        from tries
        group by job_id, node
    )
    group by job_id
),

checks as (
    select s.job_id, median(s.cpu_percent) as node_percent, count(*) as samples
    from node_samples as s
    join jobs_used as j on j.job_id = s.job_id and s.time between j.first_at and j.last_at
    where s.cpu_percent between 0 and 100
    group by s.job_id
)

select j.*, greatest(coalesce(n.workers, 1), 1) as workers, c.node_percent, coalesce(c.samples, 0) as samples
from jobs_used as j
join nodes_used as n using (job_id)
left join checks as c using (job_id)
