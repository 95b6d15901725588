-- What are the measures of the nodes of each pool in each job?
-- One row per job and pool; it stays when the records of the job are dropped. A pool is a compute target and the memory
-- of its nodes (whole GiB, NULL where no sample records it): logs do not name a machine size. `nodes` left any sign,
-- `nodes_without_work` had no attempt; `highest_memory_percent` is a sample, not a peak.
-- keep: history
-- example: SELECT job_id, compute_target, memory_gb, nodes, nodes_without_work, restarts FROM pool_measures ORDER BY
-- job_id LIMIT 3
with sizes as (
    select job_id, node, try_cast(round(max(memory_total_mb) / 1024) as bigint) as memory_gb
    from node_samples
    where isfinite(memory_total_mb)
    group by job_id, node
)

select
    n.job_id,
    j.compute_target,
    sizes.memory_gb,
    count(*) as nodes,
    count(*) filter (where n.did_nothing) as nodes_without_work,
    try_cast(sum(n.mini_batches) as bigint) as mini_batches,
    try_cast(sum(n.failed_mini_batches) as bigint) as failed_mini_batches,
    try_cast(sum(n.items) as bigint) as items,
    try_cast(sum(n.failed_items) as bigint) as failed_items,
    try_cast(sum(n.timeouts) as bigint) as timeouts,
    try_cast(sum(n.exceptions) as bigint) as exceptions,
    try_cast(sum(n.restarts) as bigint) as restarts,
    max(n.highest_memory_percent) as highest_memory_percent,
    try_cast(sum(n.memory_samples) as bigint) as memory_samples
from node_summary as n
join jobs as j using (job_id)
left join sizes on sizes.job_id = n.job_id and sizes.node = n.node
group by n.job_id, j.compute_target, sizes.memory_gb
