-- Did the job wait long for its first mini-batch to be scheduled?
-- Time from the master's start of scheduling to its first task, or as the master reports it. All nodes wait meanwhile:
-- `lost_s` is node time, of the nodes with attempts. No finding if the master's log is missing.
-- fix: Split one folder of very many files into several folders or inputs (listing takes about 5 minutes per million
-- files). Raise first_task_creation_timeout so that the driver does not stop.
-- reference: docs/reference/formats.md §6
-- query: SELECT time, level, message FROM log_records WHERE job_id = {job} AND event IN ('start_scheduling',
-- 'job_stage', 'queue_done', 'first_task_slow', 'no_first_task') ORDER BY time
-- explains: First task creation is taking longer|Unable to create any task within
-- threshold: first_task_s = 60 s: time from the start of scheduling to the first task; a few seconds are usual
-- threshold: first_task_share = 0.05: the wait must also be at least this share of the job's time
-- threshold: first_task_near_s = 300 s: a wait this long is a warning however long the job is: half of the driver's
-- limit
with told as (
    select
        r.job_id,
        min(r.time) filter (where r.event = 'start_scheduling') as since,
        min(r.time) filter (where r.event = 'job_stage' and (r.fields ->> 'stage') = 'FIRST_TASK_SCHEDULED') as until,
        max(try_cast(r.fields ->> 'first_task_s' as double)) filter (where r.event = 'queue_done') as told_s,
        bool_or(r.event = 'no_first_task') as gave_up,
        max(try_cast(r.fields ->> 'seconds' as integer)) filter (where r.event = 'no_first_task') as gave_up_s
    from log_records as r
    where r.event in ('start_scheduling', 'job_stage', 'queue_done', 'no_first_task')
    group by r.job_id
),

delays as (
    select
        t.job_id, t.since, t.gave_up, t.gave_up_s,
        coalesce(t.told_s, epoch(t.until - t.since), t.gave_up_s) as waited_s,
        case when waited_s between 0 and 1e8 then waited_s end as delay_s,
        epoch(coalesce(j.ended_at, j.last_record_at) - j.started_at) as job_s
    from told as t
    join jobs as j using (job_id)
),

nodes as (
    select job_id, count(distinct node) as nodes
    from attempt_reports
    group by job_id
)

select
    d.job_id,
    case
        when d.gave_up then 'severe'
        when d.delay_s >= threshold('first_task_near_s') then 'warning'
        else severity_of_loss(d.delay_s, d.job_s)
    end as severity,
    case
        when d.gave_up then
            'Slow scheduling: no mini-batch within ' || coalesce(spell_of(d.gave_up_s), 'the limit')
                || ', and the driver gave up'
        else 'Slow scheduling: first mini-batch scheduled after ' || spell_of(d.delay_s)
    end as headline,
    case
        when d.gave_up then 'the master reported that it could not create any task'
        else printf('%.0f %% of the job''s duration', 100 * d.delay_s / d.job_s)
    end as evidence,
    concat_ws(
        '; ', case when d.gave_up then 'no mini-batch was processed' end,
        time_lost(d.delay_s * coalesce(n.nodes, 1), 'node')
    ) as impact,
    null as node,
    null as process,
    null as mini_batch_id,
    d.since as time,
    d.delay_s * coalesce(n.nodes, 1) as lost_s,
    to_json({first_task_s: d.delay_s, job_s: d.job_s, nodes: n.nodes, gave_up_after_s: d.gave_up_s}) as numbers
from delays as d
left join nodes as n using (job_id)
where d.gave_up
    or d.delay_s >= threshold('first_task_near_s')
    or d.delay_s >= threshold('first_task_s') and d.delay_s >= threshold('first_task_share') * d.job_s
