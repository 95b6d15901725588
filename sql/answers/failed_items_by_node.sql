-- On which nodes did items fail?
-- A mini-batch belongs to the node of the try that decided; attempts, retries, timeouts, exceptions and poisoned are
-- counted where the try ran. `items` are those of mini-batches with a result; open ones are counted apart and fail nothing.
-- `failure_rate` is failed_items / items, 0 to 1; NULL without items. Nodes without tries are in `node_summary`.
select
    job_id,
    node,
    count_if(final) as mini_batches,
    count_if(final and outcome not in ('done', 'open')) as mini_batches_failed,
    count_if(final and outcome = 'open') as mini_batches_open,
    coalesce(sum(items) filter (where final and outcome <> 'open'), 0)::bigint as items,
    coalesce(sum(items_failed) filter (where final), 0)::bigint as failed_items,
    sum(items_failed) filter (where final) / nullif(sum(items) filter (where final and outcome <> 'open'), 0) as failure_rate,
    count(*) as attempts,
    count_if(is_retry) as retries,
    count_if(outcome = 'timeout') as timeouts,
    count_if(outcome = 'exception') as exceptions,
    count_if(outcome = 'poisoned') as poisoned
from judged_attempts
group by job_id, node
order by job_id, failed_items desc, node
