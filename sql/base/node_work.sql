-- What did the tries on each node come to?
-- The ground of `failed_items_by_node` and `node_summary`. One row per node with tries. A mini-batch belongs to the node of
-- the try that decided, its items too; attempts, retries and outcomes of tries are counted where the try ran.
select
    job_id,
    node,
    count_if(final) as mini_batches,
    count_if(final and outcome not in ('done', 'open')) as mini_batches_failed,
    count_if(final and outcome = 'open') as mini_batches_open,
    coalesce(sum(items) filter (where final and outcome <> 'open'), 0)::bigint as items,
    coalesce(sum(items_failed) filter (where final), 0)::bigint as failed_items,
    count(*) as attempts,
    count_if(is_retry) as retries,
    count_if(outcome = 'timeout') as timeouts,
    count_if(outcome = 'exception') as exceptions,
    count_if(outcome = 'poisoned') as poisoned,
    sum(elapsed_s) as busy_s,
    sum(elapsed_s) filter (where not final) as wasted_s,
    min(started_at) as first_started_at,
    greatest(max(started_at), max(ended_at)) as last_ended_at
from judged_attempts
group by job_id, node
