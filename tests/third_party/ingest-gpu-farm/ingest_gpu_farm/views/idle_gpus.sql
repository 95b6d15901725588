-- Which GPUs stood idle, and did the feeder warn of it?
-- Idle: a look at less than 5 % busy. Looks are samples; between two of them nothing is known.
SELECT
    job_id,
    node,
    gpu,
    count(*) AS looks,
    count(*) FILTER (busy_percent < 5) AS idle_looks,
    coalesce(any_value(warnings), 0) AS feeder_warnings
FROM gpu_usage
LEFT JOIN (
    SELECT job_id, node, gpu, count(*) AS warnings FROM feeder_events WHERE level = 'WARN' GROUP BY ALL
) USING (job_id, node, gpu)
GROUP BY job_id, node, gpu
ORDER BY idle_looks DESC, job_id, node, gpu
