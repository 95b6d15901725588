-- Which mini-batches took longest?
-- Slowest first, over all jobs; `rank_in_job` counts within the job, from 1 to 20 (NULL for faster ones), so that
-- `where rank_in_job <= 3` selects the slowest three of each job. Times are of the final attempt, in seconds: elapsed =
-- the whole attempt, run = inside run(), overhead = the rest. `cpu_share` is CPU time / elapsed, above 1 with several
-- cores; child processes are not counted. `ratio_to_median` compares with the median of the job's mini-batches.
-- example: SELECT mini_batch_id, elapsed_s, run_s, cpu_share, ratio_to_median, outcome, node FROM slowest_mini_batches
-- WHERE job_id = 'timeouts-retries' AND rank_in_job <= 3
with timed as not materialized (
    select
        job_id, mini_batch_id, elapsed_s, run_s, overhead_s, process_s, outcome, all_attempts, node, process,
        started_at, items, failed_items, inputs
    from judged_attempts
    where final and elapsed_s is not null
),

jobs_timed as materialized (
    select job_id, median(elapsed_s) as median_s, max(elapsed_s, 20) as slowest
    from timed
    group by job_id
),

ranks as (  -- a list beside each mini-batch would be copied for each
    select job_id, slowest[rank] as elapsed_s, min(rank) as rank_in_job
    from (select job_id, slowest, unnest(range(1, len(slowest) + 1)) as rank from jobs_timed)
    group by all
)

select
    job_id,
    r.rank_in_job,
    mini_batch_id,
    elapsed_s,
    run_s,
    overhead_s,
    process_s / nullif(elapsed_s, 0) as cpu_share,
    elapsed_s / nullif(j.median_s, 0) as ratio_to_median,
    outcome,
    all_attempts as attempts,
    node,
    process,
    started_at,
    items,
    failed_items,
    inputs
from timed as t
left join jobs_timed as j using (job_id)
left join ranks as r using (job_id, elapsed_s)
order by elapsed_s desc, job_id, mini_batch_id
