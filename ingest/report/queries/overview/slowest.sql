-- Which mini-batches took longest?
-- from: slowest_mini_batches
-- The slowest of each job, compared with the median of that job.
select job_id, mini_batch_id, elapsed_s, ratio_to_median, run_s, outcome, attempts, node, process, started_at
from slowest_mini_batches
where list_contains($jobs, job_id) and rank_in_job = 1
order by elapsed_s desc, job_id, mini_batch_id
limit 15
