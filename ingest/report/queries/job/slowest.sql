-- Which mini-batches took longest?
-- from: slowest_mini_batches
-- Of the final attempt. Overhead is elapsed less run(); a CPU share above 1 means several cores; child processes are
-- not counted.
select
    mini_batch_id, elapsed_s, ratio_to_median, run_s, overhead_s, cpu_share, outcome, attempts, node, process,
    started_at, items, failed_items, inputs
from slowest_mini_batches
where job_id = $job and rank_in_job <= 15
order by elapsed_s desc, mini_batch_id
limit 15
