-- What state is each job in, as far as its records tell, and when did it run?
-- One row per job with a file or record. The engine writes it to `jobs` with each load. The strongest sign decides; among
-- equally strong ones the latest: 1 the job result, 2 the master's verdict, 3 an exit code or an error without a time
-- (the launcher's), 4 the driver's progress messages, or an error of the driver after which no work went on, 5 all
-- scheduled mini-batches are processed. Without a sign a job that left records of work is running, or stalled when its
-- last sign of progress lies more than 30 minutes and more than ten usual gaps before its last record; else unknown.
-- A progress file can end before the job does, so no state is read from its silence alone.
with times as (
    select job_id, min(started_at) as first_at, greatest(max(started_at), max(ended_at)) as last_at, true as is_work
    from attempts group by job_id
    union all
    select e.job_id, min(e.at), greatest(max(e.at), max(after(e.at, e.elapsed_s))), true
    from script_events as e group by e.job_id
    union all
    select p.job_id, min(p.at), max(p.at), true from progress as p group by p.job_id
    union all
    select l.job_id, min(l.at), max(l.at), true from log_records as l group by l.job_id
    union all
    select e.job_id, min(e.at), max(e.at), false from errors as e group by e.job_id
    union all
    select s.job_id, min(s.at), max(s.at), false from node_samples as s group by s.job_id
    union all
    select s.job_id, min(s.at), max(s.at), false from process_samples as s group by s.job_id
    union all
    select s.job_id, min(s.at), max(s.at), false from disk_samples as s group by s.job_id
    union all
    select job_id, null, null, false from files where job_id is not null group by job_id
),

jobs_seen as (
    select
        job_id,
        min(first_at) as started_at,
        max(last_at) as last_record_at,
        bool_or(is_work and last_at is not null) as worked
    from times
    group by job_id
),

steps as (
    select job_id, started_at as step_at from attempts where started_at is not null
    union
    select job_id, ended_at from attempts where ended_at is not null
    union
    select p.job_id, min(p.at)  -- the same count told again is no progress
    from progress as p
    where p.at is not null
    group by p.job_id, p.event, p.scheduled, p.processed
),

gaps as (
    select job_id, step_at, step_at - lag(step_at) over (partition by job_id order by step_at) as gap
    from steps
),

pace as (
    select job_id, max(step_at) as last_step_at, median(epoch(gap)) as usual_gap_s
    from gaps
    group by job_id
),

counts as (
    select
        job_id,
        count_if(outcome = 'done') as done,
        (select max(coalesce(p.total, p.scheduled)) from progress as p
         where p.job_id = m.job_id and p.event in ('sched_done', 'processed_of')) as scheduled,
        (select max(p.processed) from progress as p where p.job_id = m.job_id) as processed
    from mini_batches as m
    group by job_id
),

signs as (
    select
        l.job_id,
        case l.source when 'job_result' then 1 else 2 end as strength,
        l.at,
        job_verdict(l.message) as state,
        case l.source when 'job_result' then 'job result: ' else 'master: ' end || l.message as reason
    from log_records as l
    where l.source in ('job_result', 'master')

    union all

    select
        e.job_id,
        case when e.at is null or e.rank = 4 then 3 else 4 end,
        e.at,
        'failed',
        'error: ' || concat_ws(': ', e.exception_type, e.exception_message)
    from error_reports as e
    left join pace using (job_id)
    where e.rank <= 4
        and (e.phase = 'driver' or e.exception_type = 'SystemExit')
        and (e.exception_type is not null or e.rank >= 3)
        and not (e.exception_type = 'SystemExit' and coalesce(e.exception_message, '') in ('0', 'None'))
        and (e.exception_type = 'SystemExit' or e.at is null or last_step_at is null
            or last_step_at <= e.at + interval 1 minute)

    union all

    select
        p.job_id,
        4,
        p.at,
        case
            when p.event in ('all_done', 'concat_done') then 'completed'
            when p.event = 'stopped_for' and contains(p.message, 'have been processed') then 'completed'
            else 'failed'
        end,
        'progress: ' || p.message
    from progress as p
    where p.event in ('all_done', 'concat_done', 'stopped_for', 'no_progress', 'errsum_head')
        or contains(p.message, 'The job failed')
        or contains(p.message, 'Received stop signal')
        or starts_with(p.message, 'Failed to create tasks')
        or starts_with(p.message, 'Failed to Concatenate')

    union all

    select
        job_id, 5, null, 'completed',
        'all ' || scheduled || ' scheduled mini-batches are processed; no other sign of an end'
    from counts
    where greatest(done, processed) >= scheduled and scheduled > 0
),

ends as (
    select s.job_id, s.state, s.reason
    from signs as s
    where s.state is not null
    qualify row_number() over (
        partition by s.job_id
        order by s.strength, s.at desc nulls first, s.state desc, s.reason
    ) = 1
)

select
    j.job_id,
    case
        when e.state is not null then e.state
        when not j.worked then 'unknown'
        when j.last_record_at - last_step_at > interval 30 minute
            and epoch(j.last_record_at - last_step_at) > 10 * coalesce(usual_gap_s, 0) then 'stalled'
        else 'running'
    end as state,
    case
        when e.state is not null then regexp_extract(e.reason, '^[^\r\n]{0,200}')
        when not j.worked then 'no record of a start, of work or of an end'
        when last_step_at is null then 'no sign of an end; last record ' || strftime(j.last_record_at, '%Y-%m-%d %H:%M:%S')
        else 'no sign of an end; last progress ' || strftime(last_step_at, '%Y-%m-%d %H:%M:%S')
            || ', last record ' || strftime(j.last_record_at, '%Y-%m-%d %H:%M:%S')
    end as state_reason,
    j.started_at,
    case when e.state is not null then j.last_record_at end as ended_at,
    j.last_record_at
from jobs_seen as j
left join ends as e using (job_id)
left join pace using (job_id)
