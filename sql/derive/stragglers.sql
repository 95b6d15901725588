-- Which mini-batches took much longer than is usual in their job?
-- Elapsed time of the final attempt, above both `limit_s` (75 % quantile + 3 times the distance between the 25 % and 75
-- % quantiles) and twice the median of the job (`usual_s`); only in jobs with at least `enough_to_compare`
-- mini-batches. `explained_by`: run or overhead, whichever accounts for most of the time above the job's usual; NULL if
-- not recorded. `node_usual_s` is the median of that node: if it is high too, the node is slow, not the mini-batch
-- (`caveat`).
-- order: above_usual_s desc, job_id, mini_batch_id
-- example: SELECT mini_batch_id, elapsed_s, usual_s, limit_s, explained_by, outcome, node FROM stragglers WHERE job_id
-- = 'timeouts-retries' ORDER BY elapsed_s DESC, mini_batch_id
with timed as materialized (
    select job_id, mini_batch_id, node, process, outcome, started_at, elapsed_s, run_s, overhead_s, items
    from timed_attempts
    where final and elapsed_s is not null
),

jobs_timed as (
    select
        job_id,
        quantiles_of(elapsed_s, [0.25, 0.5, 0.75]) as quartiles,
        median_of(run_s) as run_s,
        median_of(overhead_s) as overhead_s
    from timed
    group by job_id
    having count(*) >= threshold('enough_to_compare')
),

nodes_timed as (
    select job_id, node, median_of(elapsed_s) as usual_s, count(*) as mini_batches
    from timed
    group by job_id, node
)

select
    t.job_id,
    t.mini_batch_id,
    t.elapsed_s,
    j.quartiles[2] as usual_s,
    j.quartiles[3] + 3 * (j.quartiles[3] - j.quartiles[1]) as limit_s,
    t.elapsed_s / nullif(usual_s, 0) as ratio_to_usual,
    t.elapsed_s - usual_s as above_usual_s,
    case
        when t.run_s - j.run_s >= t.overhead_s - j.overhead_s then 'run'
        when t.overhead_s is not null then 'overhead'
    end as explained_by,
    t.run_s,
    t.overhead_s,
    t.outcome,
    t.node,
    t.process,
    n.usual_s as node_usual_s,
    t.started_at,
    t.items,
    nullif(concat_ws(
        '; ',
        case when n.mini_batches >= 5 and n.usual_s > 1.5 * j.quartiles[2] then 'the whole node is slow' end,
        case when t.outcome <> 'done' then 'it was not done: the time is that of its last failed attempt' end
    ), '') as caveat
from timed as t
join jobs_timed as j on j.job_id = t.job_id
left join nodes_timed as n on n.job_id = t.job_id and n.node is not distinct from t.node
where t.elapsed_s > 2 * j.quartiles[2]
    and t.elapsed_s > j.quartiles[3] + 3 * (j.quartiles[3] - j.quartiles[1])
