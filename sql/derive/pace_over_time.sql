-- Did mini-batches take longer towards the end of a job than at its start?
-- The base view of `script_slowing` and `storage_slowing`. One row per job whose done mini-batches have a recorded time
-- in run(), in thirds by order of start; only nodes that did at least five in the first and in the last third are
-- compared, so that a node that starts late does not look like a rise. `run`, `overhead`: quartiles of each third (25,
-- 50, 75 %). `*_rises`: the medians rise from third to third, and from the first to the last by `rise_deviations` times
-- the scatter by chance of medians of so many mini-batches. `*_nodes`: number of nodes on which the median of the last
-- third is at least a tenth above that of the first.
-- threshold: rise_deviations = 4: standard deviations between two medians, from which the difference is not due to
-- chance
-- example: SELECT job_id, mini_batches, nodes, run_ratio, run_rises, overhead_rises FROM pace_over_time ORDER BY job_id
-- LIMIT 3
-- when: (SELECT count(*) FROM judged_attempts WHERE final) >= threshold('enough_for_trend')
with tries as (
    select
        job_id, node, started_at, elapsed_s, run_s, overhead_s, process_s, items,
        ntile(3) over (partition by job_id order by started_at, mini_batch_id) as third
    from timed_attempts
    where final and outcome = 'done' and started_at is not null and elapsed_s is not null and run_s is not null
),

of_nodes as (
    select
        job_id, node,
        count(*) filter (where third = 1) as first_count,
        count(*) filter (where third = 3) as last_count,
        median_of(case when third = 1 then run_s end) as first_run_s,
        median_of(case when third = 3 then run_s end) as last_run_s,
        median_of(case when third = 1 then overhead_s end) as first_overhead_s,
        median_of(case when third = 3 then overhead_s end) as last_overhead_s
    from tries
    group by job_id, node
    having first_count >= 5 and last_count >= 5
)

select
    t.job_id,
    count(*) as mini_batches,
    count(distinct t.node) as nodes,
    count(distinct t.node) filter (where n.last_run_s > 1.1 * n.first_run_s) as run_nodes,
    count(distinct t.node) filter (where n.last_overhead_s > 1.1 * n.first_overhead_s) as overhead_nodes,
    [
        quantiles_of(case when t.third = 1 then t.run_s end, [0.25, 0.5, 0.75]),
        quantiles_of(case when t.third = 2 then t.run_s end, [0.25, 0.5, 0.75]),
        quantiles_of(case when t.third = 3 then t.run_s end, [0.25, 0.5, 0.75])
    ] as run,
    [
        quantiles_of(case when t.third = 1 then t.overhead_s end, [0.25, 0.5, 0.75]),
        quantiles_of(case when t.third = 2 then t.overhead_s end, [0.25, 0.5, 0.75]),
        quantiles_of(case when t.third = 3 then t.overhead_s end, [0.25, 0.5, 0.75])
    ] as overhead,
    median_of(case when t.third = 1 then t.process_s end) as first_process_s,
    median_of(case when t.third = 3 then t.process_s end) as last_process_s,
    median_of(case when t.third = 1 then t.items end) as first_items,
    median_of(case when t.third = 3 then t.items end) as last_items,
    min(t.started_at) filter (where t.third = 3) as last_third_at,
    sum(exact(t.elapsed_s))::double as busy_s,
    run[3][2] / nullif(run[1][2], 0) as run_ratio,
    coalesce(  -- a median of n values deviates by 0.93 * (75 % quantile - 25 % quantile) / sqrt(n)
        run[2][2] >= run[1][2] and run[3][2] >= run[2][2] and run[3][2] > run[1][2]
        and run[3][2] - run[1][2]
            >= threshold('rise_deviations') * 0.93 * sqrt(6 / count(*))
            * (run[1][3] - run[1][1] + run[3][3] - run[3][1]) / 2,
        false
    ) as run_rises,
    coalesce(
        overhead[2][2] >= overhead[1][2] and overhead[3][2] >= overhead[2][2] and overhead[3][2] > overhead[1][2]
        and overhead[3][2] - overhead[1][2]
            >= threshold('rise_deviations') * 0.93 * sqrt(6 / count(*))
            * (overhead[1][3] - overhead[1][1] + overhead[3][3] - overhead[3][1]) / 2,
        false
    ) as overhead_rises
from tries as t
join of_nodes as n on n.job_id = t.job_id and n.node is not distinct from t.node
group by t.job_id
having count(*) >= threshold('enough_for_trend')
