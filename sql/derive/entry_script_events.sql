-- Which worker processes loaded, initialised and shut down the entry script, and with which outcome?
-- One row per event, in order of time. `source`: table for the rows of `script_events`, or log for a failed init() or
-- shutdown() that only the worker's logs record. It counts once per process, however many logs record it, because the
-- process calls both only once. Logs record only failures, so a process without any row may have succeeded. `run`
-- events are those of V0 tables; the outcomes of attempts at mini-batches are in `attempts`.
-- order: job_id, time, node, process, event
-- example: SELECT node, process, event, outcome, elapsed_s, error_message FROM entry_script_events WHERE job_id =
-- 'init-failure-42' AND outcome <> 'done' ORDER BY time, process LIMIT 2
with logged as (
    select
        r.job_id,
        r.node,
        r.process,
        r.fields ->> 'method' as event,
        case r.event when 'script_timeout' then 'timeout' else 'exception' end as outcome,
        min(r.time) as said_at,
        arg_min(r.pid, {said_at: r.time, pid: r.pid}) as pid,
        arg_min(regexp_extract(r.message, '^(.*?)(?:\.? Details | for [{\[]|[\r\n]|$)', 1), {
            said_at: r.time, message: r.message
        }) as error_message,
        arg_min({file_id: r.file_id, line_no: r.line_no}, {
            said_at: r.time, is_copy: r.source <> 'worker', line_no: r.line_no, file_id: r.file_id
        }) as place
    from log_records as r
    where r.event in ('script_failed', 'script_timeout')
        and r.source in ('worker', 'worker_level', 'user_error')
        and (r.fields ->> 'method') in ('init', 'shutdown')
    group by all
)

select
    s.job_id, s.node, s.process, s.pid, s.time, s.event, s.outcome, s.status, s.elapsed_s, s.error_message,
    'table' as source, s.file_id, s.line_no
from script_events as s
union all
select
    l.job_id, l.node, l.process, l.pid, l.said_at, l.event, l.outcome, null, null, l.error_message,
    'log', l.place.file_id, l.place.line_no
from logged as l
anti join script_events as s
    on s.job_id = l.job_id and s.node = l.node and s.process = l.process and s.event = l.event and s.outcome = l.outcome
