-- When was each node busy, and when did its attempts fail?
-- from: attempts
-- Too many attempts for a bar each: a cell is a step of time on a node. Its colour is the share of the attempts in
-- progress that failed; a paler cell was less busy (busy: time in attempts / time of the node's worker processes).
with timed as (
    select
        coalesce(node, '(unknown)') as node,
        process,
        a.outcome,
        epoch(a.started_at) as since,
        epoch(coalesce(a.ended_at, a.started_at)) as until
    from attempts as a
    where job_id = $job and a.started_at is not null
),

nodes as (
    select
        node,
        greatest(count(distinct process), 1) as processes
    from timed
    group by node
    order by count(*) filter (where outcome not in ('done', 'open')) desc, node
    limit 100
),

steps as (
    select
        node, outcome, since, until,
        unnest(generate_series(floor(since / $step_s)::bigint, floor(until / $step_s)::bigint)) as step
    from timed
)

select
    node,
    step * $step_s::bigint * 1000 as start_ms,
    (step + 1) * $step_s::bigint * 1000 as end_ms,
    count(*) as attempts,
    count(*) filter (where outcome not in ('done', 'open')) as failed,
    round(least(1, sum(least(until, (step + 1) * $step_s) - greatest(since, step * $step_s))
        / (any_value(processes) * $step_s)), 2) as busy
from steps
join nodes using (node)
group by node, step
order by node, step
