-- Was a node lost while the job was running?
-- A node whose last record of any kind is well before those of the others, and that left a mini-batch in progress which
-- another node or none took up, or that missed several resource samples which the others took. A pre-empted
-- low-priority node looks exactly like this; no log of the driver says so. A wrong clock is not a lost node: see
-- `clock_offsets`.
-- fix: Use dedicated nodes, or resubmit the job automatically. Smaller mini-batches lose less work with a node.
-- reference: https://github.com/Azure/MachineLearningNotebooks/issues/1242
-- query: SELECT * FROM node_signs WHERE job_id = {job} ORDER BY last_at
-- explains: PreemptionError|\bpre-?empt(ed|ion)\b|node .{0,40}(lost|evicted)
-- threshold: node_lost_s = 60 s: a node that is silent for less time than this at the end is not lost
-- threshold: node_lost_checks = 3 samples: number of resource samples that the others took and the node missed
-- when: EXISTS (FROM clock_offsets) OR EXISTS (SELECT job_id FROM node_signs GROUP BY job_id HAVING epoch(max(last_at)
-- - min(last_at)) >= threshold('node_lost_s'))
with ends as (
    select
        s.job_id, s.node, s.samples,
        after(s.last_at, -coalesce(c.offset_s, 0)) as last_at,
        max(after(s.last_at, -coalesce(c.offset_s, 0))) over (partition by s.job_id) as job_last_at,
        count(*) over (partition by s.job_id) as nodes
    from node_signs as s
    left join clock_offsets as c on c.job_id = s.job_id and c.node = s.node
),

silent as (
    select *, epoch(job_last_at - last_at) as silent_s
    from ends
    where nodes > 1 and epoch(job_last_at - last_at) >= threshold('node_lost_s')
),

left_open as (
    select
        o.job_id, o.node,
        count(*) as tries,
        count(*) filter (where o.final) as not_taken_up,
        min(o.mini_batch_id) as mini_batch_id,
        min(o.started_at) as first_at
    from judged_attempts as o
    where o.outcome = 'open'
    group by o.job_id, o.node
),

missed as (
    select l.job_id, l.node, max(l.checks) as checks
    from (
        select m.job_id, m.node, s.node as other, count(*) as checks
        from silent as m
        join node_samples as s on s.job_id = m.job_id and s.node <> m.node and s.time > m.last_at + interval 5 second
        where m.samples >= 2
        group by m.job_id, m.node, s.node
    ) as l
    group by l.job_id, l.node
),

lost as (
    select
        m.job_id, m.node, m.last_at, m.silent_s,
        coalesce(o.tries, 0) as tries,
        coalesce(o.not_taken_up, 0) as not_taken_up,
        o.mini_batch_id,
        coalesce(c.checks, 0) as checks
    from silent as m
    left join left_open as o on o.job_id = m.job_id and o.node = m.node
    left join missed as c on c.job_id = m.job_id and c.node = m.node
    where coalesce(c.checks, 0) >= threshold('node_lost_checks')
        or (coalesce(o.tries, 0) > 0 and (coalesce(o.not_taken_up, 0) < o.tries or coalesce(c.checks, 0) > 0))
)

select
    l.job_id,
    case
        when any_value(j.state) not in ('running', 'stalled') and sum(l.not_taken_up) > 0 then 'severe'
        else 'warning'
    end as severity,
    concat(
        'Pre-empted (probable): ',
        case when count(*) = 1 then 'node ' || any_value(l.node) else counted(count(*), 'node', 'nodes') end,
        ' silent for the last ', spell_of(max(l.silent_s)), ' of the job'
    ) as headline,
    concat_ws(
        '; ',
        case when count(*) > 1 then 'nodes ' || some_of(list(l.node order by l.last_at), 5) end,
        case when max(l.checks) > 0 then counted(max(l.checks), 'resource sample', 'resource samples') || ' missed' end,
        case when sum(l.tries) > 0 then
            counted(sum(l.tries), 'mini-batch was', 'mini-batches were') || ' in progress there'
        end
    ) as evidence,
    concat_ws(
        '; ',
        case
            when sum(l.not_taken_up) > 0 then
                counted(sum(l.not_taken_up), 'mini-batch', 'mini-batches') || ' without a result'
            when sum(l.tries) > 0 then counted(sum(l.tries), 'mini-batch', 'mini-batches') || ' retried elsewhere'
        end,
        time_lost(sum(exact(l.silent_s))::double, 'node')
    ) as impact,
    arg_min(l.node, {last_at: l.last_at, node: l.node}) as node,
    null as process,
    min(l.mini_batch_id) as mini_batch_id,
    min(l.last_at) as time,
    sum(exact(l.silent_s))::double as lost_s,
    to_json({
        nodes: count(*), in_work: sum(l.tries), without_result: sum(l.not_taken_up), missed_checks: max(l.checks),
        silent_s: round(max(l.silent_s))
    }) as numbers
from lost as l
join jobs as j on j.job_id = l.job_id
group by l.job_id
