-- When did each node give its first and its last sign?
-- The base view of the checks of nodes. One row per node: first and last time of its log records, resource samples,
-- script events and attempts; `samples` are resource checks of the node. Records without a time do not count.
-- example: SELECT job_id, node, first_at, last_at, samples, attempts FROM node_signs ORDER BY job_id, node LIMIT 3
with signs as (
    select r.job_id, r.node, min(r.time) as first_at, max(r.time) as last_at, 0 as samples, 0 as attempts
    from log_records as r
    group by r.job_id, r.node
    union all
    select s.job_id, s.node, min(s.time), max(s.time), count(s.time), 0
    from node_samples as s
    group by s.job_id, s.node
    union all
    select s.job_id, s.node, min(s.time), max(s.time), 0, 0
    from process_samples as s
    group by s.job_id, s.node
    union all
    select s.job_id, s.node, min(s.time), max(s.time), 0, 0
    from script_events as s
    group by s.job_id, s.node
    union all
    select job_id, node, min(started_at), greatest(max(started_at), max(after(started_at, elapsed_s))), 0, count(*)
    from attempt_reports
    group by job_id, node
)

select
    job_id, node,
    min(first_at) as first_at,
    max(last_at) as last_at,
    max(samples) as samples,
    max(attempts) as attempts
from signs
where node is not null
group by job_id, node
