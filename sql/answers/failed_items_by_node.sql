-- On which nodes did items fail?
-- A mini-batch belongs to the node of its final attempt; attempts, retries, timeouts, exceptions and poisoned are
-- counted where the attempt ran. `items` are those of mini-batches with a result; open ones are counted separately and
-- have no failed items yet. `failure_rate` is failed_items / items, 0 to 1; NULL without items. `started_at` is the
-- start of the node's first attempt, `ended_at` the end of its last one. Nodes without attempts are in `node_summary`.
-- example: SELECT node, mini_batches, items, failed_items, failure_rate, attempts, exceptions FROM
-- failed_items_by_node WHERE job_id = 'exceptions-one-node'
select
    job_id, node, mini_batches, failed_mini_batches, open_mini_batches, items, failed_items,
    failed_items / nullif(items, 0) as failure_rate,
    attempts, retries, timeouts, exceptions, poisoned,
    first_started_at as started_at,
    last_ended_at as ended_at
from node_work
order by job_id, failed_items desc, node
