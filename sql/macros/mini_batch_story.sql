-- What happened to one mini-batch, from its first attempt to its end?
-- `SELECT * FROM mini_batch_story('job', 47)`: one row per event, in the order in which it happened. `what`: attempt
-- started, attempt ended, attempt open (no end is recorded), log, error, output, node sample, process sample, process
-- exited, process started (the one that replaced it), untimed lines. A record belongs to an attempt if the process that
-- made the attempt wrote it between its start and its end, with a tolerance of a second but never in another attempt,
-- or if it names the mini-batch, whoever wrote it. `attempt_no` counts the attempts in order of time. What several
-- files report is one row: `reports` is the number of reports. `placed` says how the row was assigned: time; names it
-- (no attempt is recorded); after a line with a time, for lines without one of their own; before the attempt, for the
-- last sample before it, since a sample is no peak and there may be none within an attempt; not placed, for lines of
-- the process that could belong to any of its mini-batches: they are counted.
-- example: SELECT time, what, attempt_no, process, text FROM mini_batch_story('memory-growth', 47) WHERE what IN
-- ('attempt started', 'attempt ended', 'node sample', 'process exited')
create or replace macro mini_batch_story(job, id) as table
with own_tries as materialized (
    select
        mini_batch_id, node, process, attempt, outcome, started_at, ended_at, elapsed_s, items, failed_items,
        error_message, reported_by, file_id, line_no
    from attempts
    where job_id = job and mini_batch_id = id
),

neighbours as (  -- of each try the ones of its process before and after it; a window would sort all those of the job
    select
        t.file_id, t.line_no,
        max({started_at: o.started_at, line_no: o.line_no, ended_at: o.ended_at}) filter (
            where (o.started_at, o.line_no) < (t.started_at, t.line_no)
        ).ended_at as previous_ended_at,
        min(o.started_at) filter (where (o.started_at, o.line_no) > (t.started_at, t.line_no)) as next_started_at,
        min(o.ended_at) filter (
            where (o.started_at, o.line_no) > (t.started_at, t.line_no) and o.outcome not in ('done', 'open')
        ) as next_failed_at
    from own_tries as t
    join attempts as o
        on o.job_id = job and o.node is not distinct from t.node and o.process is not distinct from t.process
    group by t.file_id, t.line_no
),

tries as materialized (
    select
        *,
        row_number() over (order by started_at nulls last, attempt, file_id, line_no) as attempt_no,
        -- of a process that is not told no record is its own
        process is not null and node is not null and started_at is not null as has_window,
        greatest(after(started_at, -0.1), coalesce(previous_ended_at, '-infinity')) as from_at,
        least(coalesce(after(ended_at, 1), 'infinity'), coalesce(next_started_at, 'infinity')) as to_at,
        case when outcome not in ('done', 'open') then after(ended_at, -0.1) end as reported_from_at,
        least(after(ended_at, 10), after(coalesce(next_failed_at, 'infinity'), -0.1)) as reported_to_at
    from own_tries
    left join neighbours using (file_id, line_no)
),

places as materialized (
    select distinct node, process from tries where has_window
),

span as materialized (  -- when something of these attempts can have been told: what a large job told else is not held
    select
        min(least(from_at, reported_from_at)) as since, max(greatest(to_at, reported_to_at)) as until
    from tries
    where has_window
),

told as materialized (
    select
        r.time, r.node, r.process, r.source, r.event, r.message as text, r.file_id, r.line_no,
        coalesce(contains(r.fields, '"mini_batch_id": "' || id || '"'), false) as names_it,
        coalesce(contains(r.fields, '"mini_batch_id": "'), false) as names_one,
        false as is_error
    from log_records as r
    where r.job_id = job
        and ((r.node, r.process) in (select (node, process) from places)
            and r.time between (select since from span) and (select until from span)
            or contains(r.fields, '"mini_batch_id": "' || id || '"'))
        and not exists (
            select 1 from errors as e where e.job_id = job and e.file_id = r.file_id and e.line_no = r.line_no
        )

    union all

    select
        e.time, e.node, e.process, e.source, e.fingerprint,
        concat_ws(
            chr(10),
            coalesce(nullif(concat_ws(': ', e.exception_type, e.exception_message), ''), e.headline),
            'at ' || e.frame
        ),
        e.file_id, e.line_no,
        coalesce(e.mini_batch_id = id, false)
            or (e.time is null and names_mini_batch(e.headline, id)),
        e.mini_batch_id is not null,
        true
    from errors as e
    where e.job_id = job and ((e.node, e.process) in (select (node, process) from places) or e.mini_batch_id = id)

    union all

    select o.time, o.node, o.process, o.source, o.stream, o.text, o.file_id, o.line_no, false, false, false
    from output_lines as o
    where o.job_id = job and o.time between (select since from span) and (select until from span)
        and (o.node, o.process) in (select (node, process) from places)
        and not exists (
            select 1 from errors as e where e.job_id = job and e.file_id = o.file_id and e.line_no = o.line_no
        )
),

records as (  -- the nth time that one file tells it and the nth time that another does are the same
    select
        t.*, attempt_no, started_at,
        row_number() over (
            partition by attempt_no, t.source, t.node, t.process, is_error, event, case when not is_error then text end
            order by t.time, t.file_id, t.line_no
        ) as nth
    from told as t
    left join tries
        on has_window and t.node = tries.node and (names_it or (t.process = tries.process and not names_one))
        and case
            when t.source = 'job_error' then t.time between reported_from_at and reported_to_at
            else t.time between from_at and to_at
        end
    where attempt_no is not null or names_it
    qualify row_number() over (partition by t.file_id, t.line_no, is_error order by attempt_no desc) = 1
),

merged as (
    select
        min(r.time) as said_at,
        case when is_error then 'error' when bool_or(stands_in_output) then 'output' else 'log' end as what,
        attempt_no, node, process,
        arg_min(text, place) as text,
        case when attempt_no is null then 'names it' else 'time' end as placed,
        max(started_at) as started_at,
        count(*) as reports,
        arg_min(place, place) as place
    from (
        select
            *,
            source in ('user_stream', 'child_stream', 'entry_script_log') and not is_error as stands_in_output,
            {later: coalesce(epoch_us(records.time), 9e18::bigint), copy: source <> 'worker', file_id: file_id,
                line_no: line_no} as place
        from records
    ) as r
    group by
        attempt_no, node, process, is_error, nth,
        case when is_error then event else text end,
        case when not is_error then r.time end
),

untimed as (
    select
        o.node, o.process, o.file_id, o.line_no, o.text,
        last_value(o.time ignore nulls) over (partition by o.file_id order by o.line_no) as line_before_at,
        names_mini_batch(o.text, id) as names_it,
        o.time
    from output_lines as o
    where o.job_id = job and (o.node, o.process) in (select (node, process) from places)
),

samples as (
    select
        s.time, 'node sample' as what, s.node, null as process, s.file_id, s.line_no,
        concat_ws(
            ', ',
            printf('memory %.1f %% of the node', s.memory_used_percent),
            printf('%.0f MB', s.memory_used_mb),
            printf('CPU %.1f %%', s.cpu_percent)
        ) as text
    from node_samples as s
    where s.job_id = job and s.node in (select node from places)

    union all

    select
        s.time, 'process sample', s.node, s.process, s.file_id, s.line_no,
        concat_ws(
            ', ',
            printf('memory %.1f %% of the node', s.memory_used_percent),
            printf('CPU %.1f %%', s.cpu_percent),
            s.threads || ' threads'
        )
    from process_samples as s
    where s.job_id = job and (s.node, s.process) in (select (node, process) from places)
),

lives as (
    select r.time, r.event, r.node, r.process, r.message, r.fields ->> 'worker' as worker, r.file_id, r.line_no
    from log_records as r
    where r.job_id = job and r.source = 'worker' and r.event in ('worker_exited', 'worker_started')
        and r.node in (select node from places)
),

exits as (
    select l.*, attempt_no
    from lives as l
    join tries
        on has_window and l.event = 'worker_exited' and l.node = tries.node and l.worker = tries.process
        and l.time >= started_at and l.time <= least(after(ended_at, 60), coalesce(next_started_at, 'infinity'))
),

rows_told as (
    select
        started_at as time, 'attempt started' as what, attempt_no, node, process,
        concat_ws(', ', 'attempt ' || attempt, case when reported_by = 'log' then 'only in the log' end) as text,
        'time' as placed, 1::bigint as reports, file_id, line_no, started_at as placed_at, 0 as place
    from tries

    union all

    select
        ended_at, case when outcome = 'open' then 'attempt open' else 'attempt ended' end, attempt_no, node, process,
        concat_ws(
            ', ',
            case when outcome = 'open' then 'no end recorded' else outcome end,
            printf('%.1f s', elapsed_s),
            case when outcome <> 'open' then failed_items || ' of ' || items || ' items failed' end,
            nullif(error_message, '')
        ),
        'time', 1, file_id, line_no, coalesce(ended_at, to_at), 9
    from tries

    union all

    select
        said_at, what, attempt_no, node, process, text, placed, reports, place.file_id, place.line_no,
        greatest(said_at, started_at), 3
    from merged

    union all

    select
        null, 'output', min(attempt_no), u.node, u.process, u.text, 'after a line with a time', 1, u.file_id, u.line_no,
        any_value(line_before_at), 4
    from untimed as u
    join tries
        on has_window and u.node = tries.node and u.process = tries.process and line_before_at between from_at and to_at
    where u.time is null
    group by all

    union all

    select null, 'output', null, node, process, text, 'names it', 1, file_id, line_no, null, 5
    from untimed as u
    where u.time is null and line_before_at is null and names_it
        and not exists (
            select 1 from errors as e where e.job_id = job and e.file_id = u.file_id and e.line_no = u.line_no
        )

    union all

    select
        null, 'untimed lines', null, u.node, u.process,
        concat(
            count(*), case when count(*) = 1 then ' line' else ' lines' end, ' in ', any_value(f.path),
            case when count(*) filter (where names_it) > 0 then
                '; naming this mini-batch: ' || count(*) filter (where names_it)
            end
        ),
        'not placed', count(*), u.file_id, min(u.line_no), null, 6
    from untimed as u
    left join files as f on f.file_id = u.file_id
    where u.time is null and line_before_at is null
    group by u.node, u.process, u.file_id

    union all

    select
        s.time, s.what, attempt_no, s.node, s.process, s.text,
        case when s.time >= started_at then 'time' else 'before the attempt' end,
        1, s.file_id, s.line_no, s.time as told_at, 2
    from samples as s
    join tries
        on has_window and s.node = tries.node and coalesce(s.process = tries.process, true)
        and s.time <= coalesce(ended_at, to_at)
    qualify s.time >= started_at
        or row_number() over (partition by attempt_no, s.what, s.time >= started_at order by s.time desc, s.line_no) = 1
            and row_number() over (partition by s.file_id, s.line_no order by attempt_no) = 1

    union all

    select e.time, 'process exited', attempt_no, node, process, message, 'time', 1, file_id, line_no,
        e.time as told_at, 10
    from exits as e

    union all

    select
        min(l.time), 'process started', attempt_no, l.node, arg_min(l.process, l.time), arg_min(l.message, l.time),
        'time',
        1, arg_min(l.file_id, l.time), arg_min(l.line_no, l.time), min(l.time), 11
    from exits as e
    join lives as l on l.event = 'worker_started' and l.node = e.node and l.time between e.time and after(e.time, 60)
    group by attempt_no, l.node
)

select r.time, what, attempt_no, node, process, text, placed, reports, file_id, line_no
from rows_told as r
order by placed_at nulls last, place, attempt_no, node, process, line_no, text, file_id;
