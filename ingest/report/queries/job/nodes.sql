-- What did each node do?
-- from: node_summary
-- Worst first. Highest values are samples, not peaks. A node without a single attempt did nothing, though the job paid
-- for it.
select
    node, did_nothing, mini_batches, failed_mini_batches, items, failed_items, failure_rate, attempts, retries,
    timeouts, exceptions, poisoned, busy_worker_s, wasted_worker_s, restarts, highest_memory_percent, memory_samples,
    highest_cpu_percent
from node_summary
where job_id = $job
order by failed_items desc, did_nothing desc, wasted_worker_s desc nulls last, node
limit 120
