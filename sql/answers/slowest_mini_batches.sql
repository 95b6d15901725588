-- Which mini-batches took longest?
-- Slowest first, over all jobs; `rank_in_job` counts within the job, from 1 to 20 (NULL for faster ones), so that
-- `where rank_in_job <= 3` selects the slowest three of each job. Times are of the final attempt, in seconds: elapsed =
-- the whole attempt, run = inside run(), overhead = the rest. `cpu_share` is CPU time / elapsed, above 1 with several
-- cores; child processes are not counted. `ratio_to_median` compares with the median of the job's mini-batches.
-- example: SELECT mini_batch_id, elapsed_s, run_s, cpu_share, ratio_to_median, outcome, node FROM slowest_mini_batches
-- WHERE job_id = 'timeouts-retries' AND rank_in_job <= 3
with jobs_timed as materialized (  -- attempts are read twice: a relation of them, named and used twice, would be held
    select job_id, median(elapsed_s) as median_s, max(elapsed_s, 20) as slowest
    from judged_attempts
    where final and elapsed_s is not null
    group by job_id
),

ranks as (  -- a list beside each mini-batch would be copied for each
    select job_id, slowest[rank] as elapsed_s, min(rank) as rank_in_job
    from (select job_id, slowest, unnest(range(1, len(slowest) + 1)) as rank from jobs_timed)
    group by all
)

select
    t.job_id,
    r.rank_in_job,
    t.mini_batch_id,
    t.elapsed_s,
    t.run_s,
    t.overhead_s,
    t.process_s / nullif(t.elapsed_s, 0) as cpu_share,
    t.elapsed_s / nullif(j.median_s, 0) as ratio_to_median,
    t.outcome,
    t.all_attempts as attempts,
    t.node,
    t.process,
    t.started_at,
    t.items,
    t.failed_items,
    t.inputs
from judged_attempts as t
left join jobs_timed as j on j.job_id = t.job_id
left join ranks as r on r.job_id = t.job_id and r.elapsed_s = t.elapsed_s
where t.final and t.elapsed_s is not null
order by t.elapsed_s desc, t.job_id, t.mini_batch_id
