-- What did each node do with its time?
-- The base view of `node_cost` and `node_skew`. One row per node with an ended attempt. `slots`: the most workers that
-- were alive at one time, each from the start of its first attempt to the end of its last one; a worker without any
-- attempt is not counted. `busy_s`: at least one of them had a mini-batch in progress; `worker_busy_s`: summed over
-- workers. `usual_s` is the median of the done mini-batches, `quartiles` has their 25 and 75 % quantiles around it.
-- example: SELECT node, slots, workers, attempts, done, usual_s, busy_s, worker_busy_s FROM node_time WHERE job_id =
-- 'memory-growth' ORDER BY node
with tries as materialized (
    select job_id, node, worker, started_at, ended_at, elapsed_s, run_s, items, final, outcome
    from timed_attempts
    where started_at is not null and ended_at is not null
),

followed as (
    select
        *,
        max(ended_at) over (
            partition by job_id, node
            order by started_at, ended_at rows between unbounded preceding and 1 preceding
        ) as busy_until
    from tries
),

lives as (
    select job_id, node, worker, min(started_at) as since, max(ended_at) as until
    from tries
    group by job_id, node, worker
),

alive as (
    select
        job_id, node,
        sum(change) over (
            partition by job_id, node order by changed_at, change rows between unbounded preceding and current row
        ) as workers
    from (
        select job_id, node, since as changed_at, 1 as change from lives
        union all
        select job_id, node, until, -1 from lives
    )
),

slots as (
    select job_id, node, greatest(max(workers), 1)::bigint as slots
    from alive
    group by job_id, node
)

select
    f.job_id,
    f.node,
    any_value(s.slots) as slots,
    count(distinct f.worker) as workers,
    count(*) as attempts,
    count(*) filter (where f.final) as mini_batches,
    count(*) filter (where f.final and f.outcome = 'done') as done,
    try_cast(coalesce(sum(f.items) filter (where f.final and f.outcome = 'done'), 0) as bigint) as items,
    quantiles_of(case when f.final and f.outcome = 'done' then f.elapsed_s end, [0.25, 0.5, 0.75]) as quartiles,
    quartiles[2] as usual_s,
    min(f.started_at) as first_started_at,
    max(f.ended_at) as last_ended_at,
    sum(
        exact(greatest(epoch(f.ended_at - greatest(f.started_at, coalesce(f.busy_until, f.started_at))), 0))
    )::double as busy_s,
    sum(exact(f.elapsed_s))::double as worker_busy_s,
    coalesce(sum(exact(f.elapsed_s)) filter (where not f.final)::double, 0) as wasted_worker_s
from followed as f
left join slots as s on s.job_id is not distinct from f.job_id and s.node is not distinct from f.node
group by f.job_id, f.node
