-- How many mini-batches and items were finished in each minute?
-- One row per minute, for the job (`scope` job) and for each of its nodes (`scope` node), from the minute in which the
-- job's first attempt starts to the one in which its last attempt ends: minutes without any are rows with 0. A
-- mini-batch counts when the final attempt ends, on the node of that attempt. Rates that fall from minute to minute
-- show a slowdown. The first and the last minute are incomplete, and those of a running job may still change
-- (`caveat`). Jobs of more than 100,000 minutes have no rows with 0.
-- order: job_id, scope, node nulls first, minute
-- example: SELECT minute, mini_batches, items, failed_items, caveat FROM throughput_per_minute WHERE job_id =
-- 'still-running' AND scope = 'job' ORDER BY minute
with tries as materialized (
    select
        job_id, node, started_at, ended_at, items, failed_items,
        outcome = 'done' as done,
        case when final and outcome <> 'open' then date_trunc('minute', ended_at) end as minute
    from timed_attempts
),

jobs_timed as (
    select
        job_id,
        date_trunc('minute', min(started_at)) as first_minute,
        date_trunc('minute', greatest(max(started_at), max(ended_at))) as last_minute,
        epoch(last_minute - first_minute) / 60 as minutes
    from tries
    group by job_id
    having first_minute is not null
),

places as (
    select job_id, node, case grouping(node) when 1 then 'job' else 'node' end as scope
    from tries
    group by grouping sets ((job_id), (job_id, node))
),

counted as (
    select
        job_id, node, minute,
        case grouping(node) when 1 then 'job' else 'node' end as scope,
        count(*) as mini_batches,
        count(*) filter (where not done) as failed_mini_batches,
        coalesce(sum(items), 0) as items,
        coalesce(sum(failed_items), 0) as failed_items
    from tries
    where minute is not null
    group by grouping sets ((job_id, minute), (job_id, node, minute))

    union all

    select
        p.job_id, p.node,
        j.first_minute
            + to_minutes(unnest(range(case when j.minutes <= 100_000 then j.minutes::bigint + 1 else 0 end))),
        p.scope, 0, 0, 0, 0
    from places as p
    join jobs_timed as j using (job_id)
)

select
    c.job_id, c.scope, c.node, c.minute,
    try_cast(sum(c.mini_batches) as bigint) as mini_batches,
    try_cast(sum(c.failed_mini_batches) as bigint) as failed_mini_batches,
    try_cast(sum(c.items) as bigint) as items,
    try_cast(sum(c.failed_items) as bigint) as failed_items,
    nullif(concat_ws(
        '; ',
        case when c.minute = any_value(t.first_minute) then 'the first minute is incomplete' end,
        case
            when c.minute = any_value(t.last_minute) then
                case when any_value(j.state) = 'running' then 'the job is running: counts may still rise'
                    else 'the last minute is incomplete' end
        end
    ), '') as caveat
from counted as c
left join jobs_timed as t using (job_id)
left join jobs as j using (job_id)
group by c.job_id, c.scope, c.node, c.minute
