-- How did each job go?
-- from: job_summary, jobs
-- Counts are of outcomes, not of attempts. A partial job still runs, or a file of it ends in the middle of a line: its
-- numbers will grow.
select
    job_id, coalesce(state, 'unknown') as state, partial, epoch_ms(started_at) as start_ms, started_at, duration_s,
    mini_batches, scheduled_mini_batches, open_mini_batches, failed_mini_batches, items, failed_items,
    experiment, failure_rate, retries, timeouts,
    exceptions, wasted_worker_s, p50_elapsed_s, p95_elapsed_s, max_elapsed_s, nodes, nodes_without_work, restarts,
    highest_memory_percent, memory_samples, first_error, first_error_is_symptom, rejects, files_unclaimed
from job_summary
left join (select job_id, experiment from jobs) using (job_id)
where list_contains($jobs, job_id)
order by started_at desc nulls last, job_id
