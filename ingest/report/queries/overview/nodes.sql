-- On which nodes did most items fail?
-- from: failed_items_by_node
select job_id, node, items, failed_items, failure_rate, mini_batches, failed_mini_batches, attempts, retries, timeouts,
    exceptions
from failed_items_by_node
where list_contains($jobs, job_id) and failed_items > 0
order by failed_items desc, failure_rate desc, job_id, node
limit 15
