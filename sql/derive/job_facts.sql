-- What state is each job in, as far as its records show, and when did it run?
-- One row per job with a file or record, and what `run_facts` says of it; the base view of `jobs`. The strongest sign
-- decides, and of one source the last: 1 the platform's own end of the job, 2 exit codes of its processes, 3 the
-- launcher's exit line, 4 and 5 the job result as the driver reports it, 7 an error that ends the launcher's log (a
-- traceback followed by other lines was caught), 8 a sentence of the master or of the progress overview, and finally
-- host tools, the platform's note of process states and the build of an image after which nothing ran. Without a sign,
-- a job is completed if all scheduled mini-batches are processed. Otherwise a job with records of work is stalled if
-- its last step is more than 30 minutes, and more than ten usual gaps between two steps, before its last record of any
-- kind; it is running if its last record is younger than a day (`silent_after_s`, when the state was derived), else
-- unknown. A progress file can end before its job does, so its silence alone is no sign. A canceled job is failed, and
-- its reason says so. `generation` is derived from the paths of the files (V0 to V4).
-- threshold: silent_after_s = 86400 s: logs without an end belong to a running job only if they were written within
-- this time
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
            min(p.time) as step_at,
            max(p.time) as last_at,
            max(p.processed) as processed,
            max(coalesce(p.total, p.scheduled)) filter (where p.event in ('sched_done', 'processed_of')) as scheduled
        from progress as p
        group by p.job_id, p.event, p.scheduled, p.processed
    )
    group by job_id

    union all
    select s.job_id, min(s.time), max(coalesce(after(s.time, s.elapsed_s), s.time)), max(s.time), null, null, null,
        null, null
    from script_events as s
    group by s.job_id

    union all
    select job_id, first_at, last_at, last_at, null, null, null, null, null
    from (  -- the job starts after its image is built
        select
            r.job_id, min(r.time) as first_at, max(r.time) as last_at,
            r.source is distinct from 'image_build' as is_after
        from log_records as r
        group by r.job_id, is_after
        qualify is_after or count(*) over (partition by r.job_id) = 1
    )

    union all
    select e.job_id, min(e.time), max(e.time), null, null, null, null, null, null
    from errors as e
    where e.source is distinct from 'image_build'
    group by e.job_id

    union all
    select s.job_id, min(s.time), max(s.time), null, null, null, null, null, null
    from node_samples as s
    group by s.job_id

    union all
    select s.job_id, min(s.time), max(s.time), null, null, null, null, null, null
    from process_samples as s
    group by s.job_id

    union all
    select s.job_id, min(s.time), max(s.time), null, null, null, null, null, null
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

control_ends as (  -- the service's own end of the job; its last line counts
    select
        r.job_id,
        r.time as said_at,
        case
            when r.event = 'job_finished' then 'completed'
            when (r.fields ->> 'status') in ('Succeeded', 'Completed', 'Finished') then 'completed'
            else 'failed'
        end as state,
        case
            when regexp_matches(r.fields ->> 'status', '^[Cc]ancel') then 'job canceled'
            when r.event = 'execution_status' then 'job ' || (r.fields ->> 'status')
            else cut_words(r.message, 400)
        end as word
    from log_records as r
    where r.source = 'control'
        and (
            r.event in ('job_finished', 'job_failed', 'marked_failed', 'not_started', 'experiment_failed', 'cancel')
            or (
                r.event = 'execution_status'
                and regexp_matches(r.fields ->> 'status', '^(Succeeded|Completed|Finished|Failed|Cancell?ed)$')
            )
        )
    qualify row_number() over (partition by r.job_id order by r.time desc nulls last, r.line_no desc, r.file_id) = 1
),

runtime_ends as (  -- likewise; of several processes of one kind of word one that failed is enough
    select
        r.job_id,
        r.event,
        max(r.time) as said_at,
        case
            when r.event = 'exit_code' then
                case when bool_or((r.fields ->> 'exit_code') <> '0') then 'failed' else 'completed' end
            when arg_max(r.fields ->> 'status', (r.time, r.line_no)) in ('Succeeded', 'Completed') then 'completed'
            when arg_max(r.fields ->> 'status', (r.time, r.line_no)) in ('Failed', 'Canceled', 'Cancelled')
                then 'failed'
        end as state,
        case r.event
            when 'exit_code' then
                'exit code ' || coalesce(
                    arg_max(r.fields ->> 'exit_code', (r.time, r.line_no))
                        filter (where (r.fields ->> 'exit_code') <> '0'),
                    '0'
                )
            else 'job ' || arg_max(r.fields ->> 'status', (r.time, r.line_no))
        end as word
    from log_records as r
    where r.source = 'common_runtime' and r.event in ('exit_code', 'job_status')
    group by r.job_id, r.event
),

child_runs as (  -- a parent has no other end than those of all its children
    select
        r.job_id,
        max(r.time) as said_at,
        sum(try_cast(r.fields ->> 'children' as bigint)) as submitted,
        count(distinct r.fields ->> 'child_run_id') as ended
    from log_records as r
    where r.source = 'control' and r.event in ('children_submitted', 'child_ended')
    group by r.job_id
    having ended >= submitted
),

launcher_ends as (  -- the last end in each of the launcher's files
    select
        r.job_id,
        r.time as said_at,
        case
            when r.event = 'injector_end' then 'failed'
            when (r.fields ->> 'verdict') = 'completed successfully' then 'completed'
            when (r.fields ->> 'exit_code') = '0' then 'completed'
            else 'failed'
        end as state,
        cut_words(r.message, 400) as word
    from log_records as r
    where r.source = 'driver'
        and (
            r.event in ('process_exit', 'experiment_end', 'command_end')
            or (r.event = 'injector_end' and (r.fields ->> 'exception') is not null)
        )
    qualify row_number() over (partition by r.job_id, r.file_id order by r.line_no desc) = 1
),

last_lines as (  -- of the launcher's files, what the launcher itself says at the end left out
    select r.file_id, max(r.line_no) as line_no
    from log_records as r
    where r.source = 'driver'
        and coalesce(r.event, '') not in ('chatter', 'cleanup', 'driver_end', 'injector_end', 'wrapper_failed')
    group by r.file_id
),

signs as materialized (  -- else what each says is sought in all records
    select job_id, 1 as strength, said_at as time, false as unless_work_went_on, state, 'platform: ' || word as reason
    from control_ends

    union all
    select job_id, case event when 'job_status' then 1 else 2 end, said_at, false, state, 'platform: ' || word
    from runtime_ends

    union all
    select job_id, 3, said_at, false, 'completed', 'platform: all ' || submitted || ' child runs have ended'
    from child_runs

    union all
    select
        job_id, 3, max(said_at), false, min_by(state, state = 'completed'),
        'launcher: ' || min_by(word, state = 'completed')
    from launcher_ends
    group by job_id

    union all
    select
        r.job_id,
        4,
        r.time,
        false,
        case
            when (r.fields ->> 'status') = 'FINISHED' then 'completed'
            when regexp_matches(r.fields ->> 'status', '^(FAILED|CANCELL?ED)$') then 'failed'
        end,
        'sweep: ' || lower(r.fields ->> 'status')
    from log_records as r
    where r.source = 'sweep' and r.event = 'sweep_status'

    union all
    select
        r.job_id,
        case
            when r.source = 'job_result' then 4
            when contains(r.message, 'jobResult:') then 5
            else 8
        end,
        r.time,
        false,
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

    union all  -- what ends the launcher's log was not caught
    select
        e.job_id,
        7,
        e.time,
        false,
        'failed',
        'error: ' || concat_ws(': ', e.exception_type, nullif(e.exception_message, ''))
    from error_reports as e
    left join last_lines as l on l.file_id = e.file_id
    where e.source = 'driver' and e.rank <= 4
        and (
            (e.exception_type = 'SystemExit' and coalesce(e.exception_message, '') not in ('', '0', 'None'))
            or regexp_matches(  -- in the driver's own main program
                e.traceback, 'most recent call last\):?\s+File "[^"]*\bamlbi_main\.py", line \d+, in <module>'
            )
            or e.line_no + length(coalesce(e.traceback, '')) - length(replace(coalesce(e.traceback, ''), chr(10), ''))
                + (e.traceback is not null and contains(e.traceback, 'Traceback (most recent')
                    and not contains(coalesce(e.headline, ''), 'Traceback (most recent'))::integer >= l.line_no
        )

    union all
    select
        e.job_id,
        case when e.exception_type = 'SystemExit' then 7 else 8 end,
        e.time,
        e.time is not null and (e.exception_type is distinct from 'SystemExit'),
        'failed',
        'error: ' || concat_ws(': ', e.exception_type, e.exception_message)
    from error_reports as e
    where e.rank <= 4
        and coalesce(e.source, '')
            not in ('driver', 'image_build', 'user_stream', 'child_stream', 'entry_script_log')
        and (e.phase = 'driver' or e.exception_type = 'SystemExit')
        and (e.exception_type is not null or e.symptom)
        and not (e.exception_type = 'SystemExit' and coalesce(e.exception_message, '') in ('', '0', 'None'))

    union all  -- the host tools, where preparing or releasing a node failed
    select e.job_id, 9, e.time, false, 'failed', 'platform: ' || e.exception_message
    from error_reports as e
    where e.source = 'platform' and e.code is not null and e.rank <= 4

    union all  -- what the platform noted of each process; its form is not public, so all of them must agree
    select
        p.job_id, 9, null, false,
        case
            when bool_or(regexp_matches(p.status, '(?i)^(failed|error|crashed|killed)$')) then 'failed'
            when bool_and(regexp_matches(p.status, '(?i)^(completed|finished|succeeded)$')) then 'completed'
        end,
        'process status: ' || lower(mode(p.status order by p.status))
    from (
        select
            r.job_id,
            unnest(regexp_extract_all(
                r.message, '(?i)"(?:process_?)?(?:status|state)" ?: ?"(\w+)"', 1
            )) as status
        from log_records as r
        where r.source = 'platform' and r.event = 'process_status'
    ) as p
    group by p.job_id

    union all  -- an image that could not be built, if nothing ran after it
    select r.job_id, 10, r.time, false, 'failed', 'image build: ' || r.message
    from log_records as r
    where r.event = 'image_build_failed'
        and not exists (select 1 from log_records as o where o.job_id = r.job_id and o.source = 'driver')

    union all

    select
        p.job_id,
        8,
        p.time,
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

files_seen as (
    select job_id, max(modified_at) as modified_at
    from files
    where job_id is not null
    group by job_id
),

judged as (
    select
        j.*,
        s.state as sign,
        s.reason,
        j.scheduled > 0 and j.processed >= j.scheduled as all_processed,
        epoch(
            coalesce(try_cast(getvariable('as_of') as timestamp), make_timestamp(epoch_us(now())))
            - coalesce(j.last_record_at, f.modified_at)
        ) > threshold('silent_after_s') as silent,
        case
            when s.state is null and j.last_record_at - j.last_step_at > interval 30 minute then
                list_median(gaps_between(j.steps)) / 1e6
        end as usual_gap_s
    from jobs_seen as j
    left join files_seen as f on f.job_id = j.job_id
    left join signs as s
        on s.job_id = j.job_id
        and s.state is not null
        and not (s.unless_work_went_on and coalesce(j.last_step_at > s.time + interval 1 minute, false))
    qualify row_number() over (
        partition by j.job_id
        order by s.strength nulls last, s.time desc nulls first, s.state desc, s.reason
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
        when silent then 'unknown'
        else 'running'
    end as state,
    case
        when sign is not null then cut_words(reason, 400)
        when all_processed then 'all ' || scheduled || ' scheduled mini-batches are processed; no end is recorded'
        when last_work_at is null then 'neither work nor an end is recorded'
        when silent and state = 'unknown' then
            'last record at ' || strftime(last_record_at, '%Y-%m-%d %H:%M:%S') || ', no end recorded'
        else concat_ws(
            ', ',
            'no end recorded',
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
