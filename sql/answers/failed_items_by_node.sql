-- On which nodes did items fail?
-- A mini-batch belongs to the node of the try that decided; attempts, retries, timeouts, exceptions and poisoned are
-- counted where the try ran. `items` are those of mini-batches with a result; open ones are counted apart and fail
-- nothing. `failure_rate` is failed_items / items, 0 to 1; NULL without items. Nodes without tries are in
-- `node_summary`.
-- example: SELECT node, mini_batches, items, failed_items, failure_rate, attempts, exceptions FROM
-- failed_items_by_node WHERE job_id = 'exceptions-one-node'
select
    job_id, node, mini_batches, mini_batches_failed, mini_batches_open, items, failed_items,
    failed_items / nullif(items, 0) as failure_rate,
    attempts, retries, timeouts, exceptions, poisoned
from node_work
order by job_id, failed_items desc, node
