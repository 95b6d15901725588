-- What state is each job in, as far as its records tell, and when did it run?
-- One row per job with a file or record, and what `run_facts` tells of it; the ground of `jobs`.
-- The strongest sign decides; among equally strong ones the latest: 1 the job result, 2 the master's verdict, 3 an exit
-- code, what the platform says of the run, or an error of the driver without a time (the launcher's), 4 the driver's
-- progress messages, or an error of the driver after which no work went on. Without a sign a job is completed if all
-- scheduled mini-batches are processed. Else a job that left records of work is running, or stalled if its last step
-- lies more than 30 minutes, and more than ten usual gaps between two steps, before its last record of any kind; else
-- it is unknown. A progress file can end before its job does, so its silence alone is no sign. `generation` is told by
-- the paths of the files (V0 to V4).
-- of: every job
-- example: SELECT job_id, generation, state, state_reason FROM job_facts WHERE job_id IN ('still-running',
-- 'clean-v4') ORDER BY job_id
with told as (
    select
        job_id,
        min(started_at) as first_at,
        greatest(max(started_at), max(after(started_at, elapsed_s))) as last_at,
        last_at as last_work_at,
        last_at as last_step_at,
        list(epoch_us(coalesce(after(started_at, elapsed_s), started_at))) as steps,
        count(distinct mini_batch_id) filter (where outcome = 'done') as processed,
        null::bigint as scheduled,
        null as generation
    from attempt_reports
    group by job_id

    union all

    select
        job_id, min(step_at), max(last_at), max(last_at), max(step_at), list(epoch_us(step_at)),
        max(processed), max(scheduled), null
    from (  -- the same count told again is no step
        select
            p.job_id,
            min(p.at) as step_at,
            max(p.at) as last_at,
            max(p.processed) as processed,
            max(coalesce(p.total, p.scheduled)) filter (where p.event in ('sched_done', 'processed_of')) as scheduled
        from progress as p
        group by p.job_id, p.event, p.scheduled, p.processed
    )
    group by job_id

    union all
    select s.job_id, min(s.at), max(coalesce(after(s.at, s.elapsed_s), s.at)), max(s.at), null, null, null, null, null
    from script_events as s
    group by s.job_id

    union all
    select r.job_id, min(r.at), max(r.at), max(r.at), null, null, null, null, null
    from log_records as r
    group by r.job_id

    union all
    select e.job_id, min(e.at), max(e.at), null, null, null, null, null, null
    from errors as e
    group by e.job_id

    union all
    select s.job_id, min(s.at), max(s.at), null, null, null, null, null, null
    from node_samples as s
    group by s.job_id

    union all
    select s.job_id, min(s.at), max(s.at), null, null, null, null, null, null
    from process_samples as s
    group by s.job_id

    union all
    select s.job_id, min(s.at), max(s.at), null, null, null, null, null, null
    from disk_samples as s
    group by s.job_id

    union all
    select
        job_id, null, null, null, null, null, null, null,
        case
            when bool_or(regexp_matches(path, '^logs/(overview|sys/(master\.txt|worker/|report/))')) then 'V0'
            when bool_or(regexp_matches(path, '^(user|system)_logs/')) then 'V4'
            when bool_or(regexp_matches(path, '^logs/(job_(result|error)|([a-z_]+/)+\d+/)')) then 'V3'
            when bool_or(regexp_matches(path, '^logs/perf/\d+\.')) then 'V2'
            when bool_or(regexp_matches(path, '^logs/(job_progress|sys/(master_role|node/|perf/|job_))')) then 'V1'
        end
    from files
    where job_id is not null
    group by job_id
),

jobs_seen as (
    select
        job_id,
        min(first_at) as started_at,
        max(last_at) as last_record_at,
        max(last_work_at) as last_work_at,
        max(last_step_at) as last_step_at,
        list_sort(flatten(list(steps) filter (where steps is not null))) as steps,
        max(processed) as processed,
        max(scheduled) as scheduled,
        max(generation) as generation
    from told
    group by job_id
),

platform_words as (  -- one failed process of several is enough
    select
        r.job_id,
        r.event,
        max(r.at) as said_at,
        case
            when bool_or(r.event = 'job_failed' or (r.fields ->> 'status') in ('Failed', 'Canceled')) then 'failed'
            when bool_or((r.fields ->> 'exit_code') <> '0') then 'failed'
            when bool_or(r.event = 'exit_code' or (r.fields ->> 'status') in ('Succeeded', 'Completed'))
                then 'completed'
        end as state,
        case r.event when 'exit_code' then 'exit code ' else 'job ' end
            || arg_max(coalesce(r.fields ->> 'status', r.fields ->> 'exit_code', 'failed'), {
                failed: coalesce((r.fields ->> 'exit_code') <> '0', false), said_at: r.at
            }) as word
    from log_records as r
    where r.event in ('exit_code', 'job_status', 'execution_status', 'job_failed')
        and r.source in ('control', 'common_runtime')
    group by r.job_id, r.event
),

signs as (
    select
        r.job_id,
        case when r.source = 'job_result' then 1 when contains(r.message, 'jobResult:') then 3 else 2 end as strength,
        r.at,
        false as unless_work_went_on,
        job_verdict(r.message) as state,
        case r.source when 'job_result' then 'job result: ' else 'master: ' end || r.message as reason
    from log_records as r
    where r.source = 'job_result'
        or (r.source = 'master' and (
            contains(r.message, 'all mini batches')
            or contains(r.message, 'execution finished with warning')
            or contains(r.message, 'error threshold')
            or contains(r.message, 'jobResult:')
        ))

    union all

    select
        e.job_id,
        case when e.at is null or e.exception_type = 'SystemExit' then 3 else 4 end,
        e.at,
        e.at is not null and e.exception_type is distinct from 'SystemExit',
        'failed',
        'error: ' || concat_ws(': ', e.exception_type, e.exception_message)
    from error_reports as e
    where e.rank <= 4
        and (e.phase = 'driver' or e.exception_type = 'SystemExit')
        and (e.exception_type is not null or e.symptom)
        and not (e.exception_type = 'SystemExit' and coalesce(e.exception_message, '') in ('0', 'None'))

    union all

    select job_id, 3, said_at, false, state, 'platform: ' || word
    from platform_words

    union all

    select
        p.job_id,
        4,
        p.at,
        false,
        case
            when p.event in ('all_done', 'concat_done') then 'completed'
            when p.event = 'stopped_for' and contains(p.message, 'have been processed') then 'completed'
            else 'failed'
        end,
        'progress: ' || p.message
    from progress as p
    where p.event in ('all_done', 'concat_done', 'stopped_for', 'no_progress', 'errsum_head')
        or p.event in ('concat_failed', 'tasks_failed', 'threshold_exceeded')
        or contains(p.message, 'The job failed')
        or contains(p.message, 'Received stop signal')
        or starts_with(p.message, 'Failed to create tasks')
        or starts_with(p.message, 'Failed to Concatenate')
),

judged as (
    select
        j.*,
        s.state as sign,
        s.reason,
        j.scheduled > 0 and j.processed >= j.scheduled as all_processed,
        case
            when s.state is null and j.last_record_at - j.last_step_at > interval 30 minute then
                list_median(gaps_between(j.steps)) / 1e6
        end as usual_gap_s
    from jobs_seen as j
    left join signs as s
        on s.job_id = j.job_id
        and s.state is not null
        and not (s.unless_work_went_on and coalesce(j.last_step_at > s.at + interval 1 minute, false))
    qualify row_number() over (
        partition by j.job_id
        order by s.strength nulls last, s.at desc nulls first, s.state desc, s.reason
    ) = 1
)

select
    job_id,
    generation,
    case
        when sign is not null then sign
        when all_processed then 'completed'
        when last_work_at is null then 'unknown'
        when last_record_at - last_step_at > interval 30 minute
            and epoch(last_record_at - last_step_at) > 10 * coalesce(usual_gap_s, 0) then 'stalled'
        else 'running'
    end as state,
    case
        when sign is not null then regexp_extract(reason, '^[^\r\n]{0,200}')
        when all_processed then 'all ' || scheduled || ' scheduled mini-batches are processed; no other sign of an end'
        when last_work_at is null then 'no record of work, nor of an end'
        else concat_ws(
            ', ',
            'no sign of an end',
            'last step ' || strftime(last_step_at, '%Y-%m-%d %H:%M:%S'),
            'last record ' || strftime(last_record_at, '%Y-%m-%d %H:%M:%S')
        )
    end as state_reason,
    started_at,
    case when sign is not null or all_processed then last_record_at end as ended_at,
    last_record_at,
    run_facts.run_id,
    run_facts.parent_run_id,
    run_facts.experiment,
    run_facts.compute_target,
    run_facts.queue_s
from judged
left join run_facts using (job_id)
