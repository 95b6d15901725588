-- What did each node do, and which ones did nothing?
-- One row per node that left any sign: an attempt, a script event, a log record, an error or a resource sample.
-- `did_nothing` is true for a node without a single attempt, although it cost node time. Counts as in
-- `failed_items_by_node`; `busy_worker_s` is the time of all its attempts, summed over workers, `wasted_worker_s` of
-- those that were not final. Highest values are samples, not peaks.
-- order: job_id, node
-- example: SELECT node, did_nothing, attempts, processes, restarts, error_reports, highest_memory_percent FROM
-- node_summary WHERE job_id = 'init-failure-42'
with work as materialized (
    select * from node_work
),

signs as (
    select job_id, node, first_started_at as first_at, last_ended_at as last_at, 0 as errors from work
    union all
    select s.job_id, s.node, min(s.time), max(s.time), 0 from script_events as s group by s.job_id, s.node
    union all
    select s.job_id, s.node, min(s.time), max(s.time), 0 from log_records as s group by s.job_id, s.node
    union all
    select s.job_id, s.node, min(s.time), max(s.time), count(*) from errors as s group by s.job_id, s.node
    union all
    select s.job_id, s.node, min(s.time), max(s.time), 0 from node_samples as s group by s.job_id, s.node
    union all
    select s.job_id, s.node, min(s.time), max(s.time), 0 from process_samples as s group by s.job_id, s.node
    union all
    select s.job_id, s.node, min(s.time), max(s.time), 0 from disk_samples as s group by s.job_id, s.node
),

nodes as (
    select
        job_id, node,
        min(first_at) as first_record_at,
        max(last_at) as last_record_at,
        try_cast(sum(errors) as bigint) as error_reports
    from signs
    where node is not null
    group by job_id, node
),

processes as (
    select job_id, node, count(*) as processes, count(*) filter (where restarted) as restarts
    from worker_processes
    group by job_id, node
),

resources as (
    select
        job_id, node,
        max(memory_used_percent) as highest_memory_percent,
        max(cpu_percent) as highest_cpu_percent,
        count(memory_used_percent) as memory_samples
    from node_samples
    group by job_id, node
)

select
    job_id,
    node,
    w.attempts is null as did_nothing,
    coalesce(w.mini_batches, 0) as mini_batches,
    coalesce(w.failed_mini_batches, 0) as failed_mini_batches,
    coalesce(w.open_mini_batches, 0) as open_mini_batches,
    coalesce(w.items, 0) as items,
    coalesce(w.failed_items, 0) as failed_items,
    w.failed_items / nullif(w.items, 0) as failure_rate,
    coalesce(w.attempts, 0) as attempts,
    coalesce(w.retries, 0) as retries,
    coalesce(w.timeouts, 0) as timeouts,
    coalesce(w.exceptions, 0) as exceptions,
    coalesce(w.poisoned, 0) as poisoned,
    w.busy_s as busy_worker_s,
    w.wasted_worker_s as wasted_worker_s,
    coalesce(p.processes, 0) as processes,
    coalesce(p.restarts, 0) as restarts,
    r.highest_memory_percent,
    r.highest_cpu_percent,
    coalesce(r.memory_samples, 0) as memory_samples,
    n.error_reports,
    n.first_record_at,
    n.last_record_at
from nodes as n
left join work as w using (job_id, node)
left join processes as p using (job_id, node)
left join resources as r using (job_id, node)
