-- Which attempts ran into a timeout, and was the mini-batch done later?
-- One row per timed-out attempt (`method` run), and per timeout of init() or another method of the entry script, which
-- belongs to no mini-batch. `limit_s` comes from the message, else from the driver's options. `done_later` is true if
-- another attempt of the mini-batch was done, false if none was, NULL while an attempt of it is open. `cpu_share` is
-- CPU time / elapsed, of the process alone: near 0 it waited for storage or a service; near 1 it computed, and a longer
-- limit or smaller mini-batches help.
-- order: job_id, started_at, mini_batch_id, attempt
-- example: SELECT job_id, mini_batch_id, node, limit_s, elapsed_s, cpu_share, done_later FROM timeouts LIMIT 4
-- when: EXISTS (FROM judged_attempts WHERE outcome = 'timeout') OR EXISTS (FROM entry_script_events WHERE outcome =
-- 'timeout')
with tries as materialized (
    select
        job_id, mini_batch_id, attempt, node, process, started_at, elapsed_s, run_s, process_s, outcome, final,
        all_attempts, items, error_message, inputs, file_id, line_no
    from judged_attempts
    where all_attempts > 1 or outcome = 'timeout'
),

options as (
    select job_id, max(try_cast(fields ->> 'run_timeout_s' as double)) as limit_s
    from log_records
    where event = 'driver_options'
    group by job_id
)

select
    t.job_id,
    t.mini_batch_id,
    t.attempt,
    'run' as method,
    t.node,
    t.process,
    t.started_at,
    coalesce(
        try_cast(regexp_extract(t.error_message, 'finish (?:with)?in ([0-9.]+) seconds', 1) as double), o.limit_s
    ) as limit_s,
    t.elapsed_s,
    t.process_s / nullif(t.elapsed_s, 0) as cpu_share,
    case f.outcome when 'done' then true when 'open' then null else false end as done_later,
    t.all_attempts as attempts,
    t.items,
    t.inputs,
    t.error_message,
    t.file_id,
    t.line_no
from tries as t
join tries as f on f.job_id = t.job_id and f.mini_batch_id = t.mini_batch_id and f.final
left join options as o on o.job_id = t.job_id
where t.outcome = 'timeout'

union all

select
    e.job_id, null, null, e.event, e.node, e.process, e.time,
    try_cast(regexp_extract(e.error_message, 'finish (?:with)?in ([0-9.]+) seconds', 1) as double),
    e.elapsed_s, null, null, null, null, null, e.error_message, e.file_id, e.line_no
from entry_script_events as e
where e.outcome = 'timeout' and e.event <> 'run'
