-- What are the totals of the attempts on each node?
-- The base view of `failed_items_by_node` and `node_summary`. One row per node with attempts. A mini-batch and its
-- items belong to the node of the final attempt; attempts, retries and outcomes of attempts are counted where the
-- attempt ran.
-- example: SELECT node, mini_batches, items, failed_items, attempts, timeouts, busy_s, wasted_worker_s FROM node_work
-- WHERE job_id = 'timeouts-retries' ORDER BY node
select
    job_id,
    node,
    count(*) filter (where final) as mini_batches,
    count(*) filter (where final and outcome not in ('done', 'open')) as failed_mini_batches,
    count(*) filter (where final and outcome = 'open') as open_mini_batches,
    try_cast(coalesce(sum(items) filter (where final and outcome <> 'open'), 0) as bigint) as items,
    try_cast(coalesce(sum(failed_items) filter (where final), 0) as bigint) as failed_items,
    count(*) as attempts,
    count(*) filter (where is_retry) as retries,
    count(*) filter (where outcome = 'timeout') as timeouts,
    count(*) filter (where outcome = 'exception') as exceptions,
    count(*) filter (where outcome = 'poisoned') as poisoned,
    sum(exact(elapsed_s))::double as busy_s,
    sum(exact(elapsed_s)) filter (where not final)::double as wasted_worker_s,
    min(started_at) as first_started_at,
    greatest(max(started_at), max(ended_at)) as last_ended_at
from judged_attempts
group by job_id, node
