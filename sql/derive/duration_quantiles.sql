-- How are the times of the mini-batches distributed, per job, node and process?
-- One row per `scope` (job, node, process) and `measure`: elapsed = the whole attempt, run = inside run(), overhead =
-- the rest; seconds, of the final attempt. `skewed` follows the tuning guide: the slowest took more than 1.5 times the
-- 75 % quantile; NULL below `enough_to_compare` mini-batches. With fewer than 100 mini-batches, the p99 is little more
-- than the slowest one (`caveat`). In a job of more than 512 MB of logs, quantiles are estimates, and `caveat` says so.
-- Times that the logs do not record are left out, not zero.
-- order: job_id, scope, node nulls first, process nulls first, measure
-- example: SELECT scope, node, mini_batches, p50_s, p75_s, max_s, max_to_p75, skewed FROM duration_quantiles WHERE
-- job_id = 'timeouts-retries' AND process IS NULL AND measure = 'elapsed' ORDER BY node NULLS FIRST
with quantiles as (
    select
        job_id, node, process,
        case grouping(node, process) when 3 then 'job' when 1 then 'node' else 'process' end as scope,
        quantiles_of(elapsed_s, [0.25, 0.5, 0.75, 0.95, 0.99]) as elapsed,
        min(elapsed_s) as elapsed_min,
        max(elapsed_s) as elapsed_max,
        quantiles_of(run_s, [0.25, 0.5, 0.75, 0.95, 0.99]) as run,
        min(run_s) as run_min,
        max(run_s) as run_max,
        quantiles_of(overhead_s, [0.25, 0.5, 0.75, 0.95, 0.99]) as overhead,
        min(overhead_s) as overhead_min,
        max(overhead_s) as overhead_max,
        count(elapsed_s) as elapsed_told,
        count(run_s) as run_told,
        count(overhead_s) as overhead_told,
        count(*) as in_all
    from timed_attempts
    where final and outcome <> 'open'
    group by grouping sets ((job_id), (job_id, node), (job_id, node, process))
),

measures as (
    select
        job_id, scope, node, process, in_all,
        unnest([
            {measure: 'elapsed', told: elapsed_told, seconds: elapsed, min_s: elapsed_min, max_s: elapsed_max},
            {measure: 'run', told: run_told, seconds: run, min_s: run_min, max_s: run_max},
            {measure: 'overhead', told: overhead_told, seconds: overhead, min_s: overhead_min, max_s: overhead_max}
        ], recursive := true)
    from quantiles
)

select
    job_id, scope, node, process, measure,
    told as mini_batches,
    min_s,
    seconds[1] as p25_s,
    seconds[2] as p50_s,
    seconds[3] as p75_s,
    seconds[4] as p95_s,
    seconds[5] as p99_s,
    max_s,
    max_s / nullif(seconds[3], 0) as max_to_p75,
    case when told >= limits.enough then max_to_p75 > 1.5 end as skewed,
    nullif(concat_ws(
        '; ',
        case when skewed is null then 'too few mini-batches to judge skew' end,
        case when skewed is not null and told < 100 then 'p99 is close to the slowest mini-batch' end,
        case when quantiles_are_estimates() then 'quantiles are estimates, as the job is so large' end,
        case when told < in_all then printf('not recorded for %d of %d mini-batches', in_all - told, in_all) end
    ), '') as caveat
from measures, (select threshold('enough_to_compare') as enough) as limits
where told > 0
