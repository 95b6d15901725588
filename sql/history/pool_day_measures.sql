-- What are the measures of the nodes of each pool on each day?
-- One row per day (UTC, of the jobs' start) and pool of `pool_measures`; `ingest nightly` stores it in `daily_pools`.
-- All columns except `jobs` are of finished jobs only; `partial` is true if some jobs are not finished. A node counts
-- once for each job that it was in. `node_hours`: from a job's first to its last record, all its nodes, as the cluster
-- holds them.
-- example: SELECT day, compute_target, memory_gb, nodes, nodes_without_work, node_hours, restarts FROM
-- pool_day_measures ORDER BY day DESC LIMIT 3
select
    h.day,
    coalesce(p.compute_target, '') as compute_target,
    p.memory_gb,
    count(*) as jobs,
    count(*) filter (where unfinished) as partial_jobs,
    try_cast(sum(p.nodes) filter (where not unfinished) as bigint) as nodes,
    try_cast(sum(p.nodes_without_work) filter (where not unfinished) as bigint) as nodes_without_work,
    sum(exact(p.nodes * h.duration_s)) filter (where not unfinished)::double / 3600 as node_hours,
    try_cast(sum(p.mini_batches) filter (where not unfinished) as bigint) as mini_batches,
    try_cast(sum(p.failed_mini_batches) filter (where not unfinished) as bigint) as failed_mini_batches,
    try_cast(sum(p.items) filter (where not unfinished) as bigint) as items,
    try_cast(sum(p.failed_items) filter (where not unfinished) as bigint) as failed_items,
    try_cast(sum(p.timeouts) filter (where not unfinished) as bigint) as timeouts,
    try_cast(sum(p.exceptions) filter (where not unfinished) as bigint) as exceptions,
    try_cast(sum(p.restarts) filter (where not unfinished) as bigint) as restarts,
    max(p.highest_memory_percent) filter (where not unfinished) as highest_memory_percent,
    try_cast(sum(p.memory_samples) filter (where not unfinished) as bigint) as memory_samples,
    count(*) filter (where unfinished) > 0 as partial
from pool_measures as p
join (
    select
        job_id, day, duration_s,
        coalesce(partial, false) or coalesce(state in ('running', 'stalled'), true) as unfinished
    from job_measures
    where day is not null
) as h using (job_id)
group by h.day, p.compute_target, p.memory_gb
