SELECT
    s.job_id, coalesce(j.experiment, 'no experiment') AS experiment, s.state, s.started_at, s.duration_s, s.items, s.failed_items,
    s.retries, s.highest_memory_percent, s.first_error
FROM job_summary AS s
JOIN jobs AS j USING (job_id)
