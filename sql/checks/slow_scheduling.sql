-- Do workers wait because mini-batches are not scheduled fast enough?
-- Worker time between two attempts before scheduling was finished, when nothing was in the queue. If the logs do not
-- record when scheduling finished, the workers' own messages count (Wait N seconds to get a task). Otherwise these
-- messages alone do not count: workers log the same when they wait for a retry at the end. Waiting for the first task
-- is `first_task_slow`.
-- fix: Use larger mini-batches, so that fewer must be scheduled, or fewer nodes. Split one folder of very many files.
-- reference: docs/reference/formats.md §7
-- query: SELECT * FROM idle_gaps WHERE job_id = {job} ORDER BY from_at
-- explains: Wait \d+ seconds to get a task
-- threshold: slow_scheduling_share = 0.05: worker time without work before scheduling was finished / worker time
-- threshold: slow_scheduling_gaps = 10 gaps: fewer gaps than this are not reported
-- when: EXISTS (FROM log_records WHERE event = 'slow_scheduling') OR EXISTS (FROM worker_gaps WHERE unscheduled_s > 0)
with gaps as (
    select
        job_id,
        count(*) filter (where unscheduled_s > 0) as gaps,
        sum(exact(unscheduled_s))::double as idle_s,
        min(from_at) filter (where unscheduled_s > 0) as first_at,
        any_value(scheduling_finished_at) as finished_at,
        any_value(job_busy_s) as busy_s,
        sum(exact(gap_s))::double as all_idle_s
    from worker_gaps
    where kind = 'worker'
    group by job_id
),

words as (
    select
        r.job_id,
        count(*) as waits,
        sum(exact(try_cast(r.fields ->> 'seconds' as double)))::double as waited_s,
        min(r.time) as first_at
    from log_records as r
    where r.event = 'slow_scheduling' and r.source = 'worker'
    group by r.job_id
),

judged as (
    select
        g.job_id, g.busy_s, g.finished_at,
        case when g.finished_at is null then w.waits else g.gaps end as waits,
        case when g.finished_at is null then w.waited_s else g.idle_s end as idle_s,
        case when g.finished_at is null then w.first_at else g.first_at end as first_at,
        g.all_idle_s
    from gaps as g
    left join words as w using (job_id)
)

select
    j.job_id,
    severity_of_loss(j.idle_s, j.busy_s + j.all_idle_s) as severity,
    concat(
        'Slow scheduling: workers waited ', counted(j.waits, 'time', 'times'), ' because no mini-batch was scheduled'
    ) as headline,
    concat(
        printf('%.0f %% of their time', 100 * j.idle_s / (j.busy_s + j.all_idle_s)),
        case when j.finished_at is null then ', according to the logs of the workers' end
    ) as evidence,
    time_lost(j.idle_s, 'worker') as impact,
    null as node,
    null as process,
    null as mini_batch_id,
    j.first_at as time,
    j.idle_s as lost_s,
    to_json({
        waits: j.waits, waited_s: j.idle_s, busy_s: j.busy_s, scheduling_finished_at: j.finished_at
    }) as numbers
from judged as j
where j.waits >= threshold('slow_scheduling_gaps')
    and j.idle_s >= threshold('slow_scheduling_share') * (j.busy_s + j.all_idle_s)
