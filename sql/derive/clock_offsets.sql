-- By how much is the clock of a node wrong?
-- One row per node whose clock is at least `clock_skew_s` away from the others; `offset_s` is positive if it is fast.
-- `estimated_from`: samples (as many resource checks as on other nodes, from the first to the last earlier or later by
-- the same time), pair (the same for two nodes: which of the two is wrong is not known), errors (the node and the
-- master record the same errors, always the same time apart), or schedule (an attempt started before the master
-- scheduled any, or was done after the master had counted all of them: `offset_s` is the minimum). If all nodes differ
-- by the same time, it is the time zone of the clock and no fault.
-- order: job_id, node
-- threshold: clock_skew_s = 60 s: smaller differences between clocks are not reported
-- example: SELECT * FROM clock_offsets ORDER BY job_id, node LIMIT 3
with spans as (
    select job_id, node, min(s.time) as first_at, max(s.time) as last_at, count(*) as checks
    from node_samples as s
    where node is not null and s.time is not null
    group by job_id, node
    having count(*) >= 5
),

usual as (
    select
        job_id,
        count(*) as nodes,
        quantile_disc(first_at, 0.5) as first_at,
        quantile_disc(last_at, 0.5) as last_at,
        quantile_disc(checks, 0.5) as checks
    from spans
    group by job_id
),

shifts as (
    select
        s.job_id, s.node, u.nodes,
        epoch(s.first_at - u.first_at) as first_s,
        epoch(s.last_at - u.last_at) as last_s,
        epoch(s.last_at - s.first_at) / (s.checks - 1) as interval_s,
        abs(s.checks - u.checks) <= 1 as as_many,
        sum((abs(first_s) <= interval_s and abs(last_s) <= interval_s)::int) over (partition by s.job_id) as alike
    from spans as s
    join usual as u on u.job_id = s.job_id
),

by_samples as (
    select job_id, node, (first_s + last_s) / 2 as offset_s, nodes
    from shifts as s
    where (alike > nodes / 2 or nodes = 2)
        and as_many
        and not exists (  -- a node that was taken away leaves work behind
            select 1 from judged_attempts as a where a.job_id = s.job_id and a.node = s.node and a.outcome = 'open'
        )
        and abs(offset_s) > 1.5 * interval_s
        and abs(first_s - last_s) <= interval_s
),

reported as (
    select
        job_id, node, process, fingerprint, e.time as said_at,
        source = 'job_error' as by_master,
        row_number() over (
            partition by job_id, node, process, fingerprint, source = 'job_error' order by e.time
        ) as number,
        count(*) over (partition by job_id, node, process, fingerprint, source = 'job_error') as reports
    from errors as e
    where source in ('job_error', 'user_error') and node is not null and process is not null and e.time is not null
),

by_errors as (
    select m.job_id, m.node, median(epoch(w.said_at - m.said_at)) as offset_s
    from reported as m
    join reported as w
        on w.job_id = m.job_id and w.node = m.node and w.process = m.process and w.fingerprint = m.fingerprint
        and w.number = m.number and w.reports = m.reports
    where m.by_master and not w.by_master
    group by m.job_id, m.node
    having count(*) >= 2 and max(epoch(w.said_at - m.said_at)) - min(epoch(w.said_at - m.said_at)) <= 20
),

master as (
    select
        p.job_id,
        min(p.time) filter (where p.event = 'start') as first_at,
        max(p.time) filter (where p.event = 'all_done') as last_at
    from progress as p
    where p.event in ('start', 'all_done')
    group by p.job_id
),

by_schedule as (
    select
        t.job_id, t.node,
        case
            when min(t.started_at) < m.first_at then epoch(min(t.started_at) - m.first_at)
            else greatest(epoch(max(t.ended_at) filter (where t.final and t.outcome = 'done') - m.last_at), 0)
        end as offset_s
    from timed_attempts as t
    join master as m on m.job_id = t.job_id
    where t.node is not null
    group by t.job_id, t.node, m.first_at, m.last_at
),

estimates as (
    select job_id, node, offset_s, case when nodes = 2 then 'pair' else 'samples' end as estimated_from, 1 as place
    from by_samples
    union all
    select job_id, node, offset_s, 'errors', 2
    from by_errors
    union all
    select job_id, node, offset_s, 'schedule', 3
    from by_schedule
    qualify min(abs(offset_s)) over (partition by job_id) < threshold('clock_skew_s')
)

select job_id, node, arg_min(offset_s, place) as offset_s, arg_min(estimated_from, place) as estimated_from
from estimates
where abs(offset_s) between threshold('clock_skew_s') and 1e8
group by job_id, node
