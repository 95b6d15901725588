-- What do the worker logs record of each attempt at a mini-batch?
-- The base view of `unreported_attempts`. A worker has one mini-batch at a time: `Got task 7.` starts an attempt, and
-- the next message in the same log ends it, or the message of the node's manager if the worker died; a message cut by
-- the end of its file does not count. Without any message the attempt is open, unless the worker went on: then the end
-- of that attempt is unknown and its `outcome` is NULL. The same applies to each last attempt in a job whose logs never
-- record a completed mini-batch although workers go on, because the log level hides it. Only jobs of
-- `jobs_with_logged_attempts`.
-- keep: step
with signs as (
    select
        r.job_id, r.file_id, r.line_no, r.cut, r.node, r.process, r.pid, r.time as said_at, r.event,
        json_transform(r.fields, '{
            "mini_batch_id": "BIGINT", "dequeue_count": "BIGINT", "total": "BIGINT", "succeeded": "BIGINT",
            "elapsed_s": "DOUBLE", "run_s": "DOUBLE"
        }') as told,
        case when r.event not in ('got_task', 'batch_completed') then r.message end as problem
    from log_records as r
    semi join jobs_with_logged_attempts using (job_id)
    where r.source = 'worker'
        and r.event in (
            'got_task', 'batch_completed', 'batch_failed', 'batch_timeout', 'batch_poisoned', 'batch_aborted',
            'worker_telemetry'
        )
        and (r.event = 'got_task' or not coalesce(r.cut, false) or contains(r.message, chr(10)))
),

followed as materialized (
    select
        *,
        told.mini_batch_id as mini_batch_id,
        lead(event) over next_word as next_event,
        lead(said_at) over next_word as next_at,
        lead(told) over next_word as next_told,
        lead(problem) over next_word as next_problem
    from signs
    window next_word as (partition by file_id order by line_no)
    qualify event in ('got_task', 'batch_aborted') and mini_batch_id is not null
),

died as (  -- only the manager's log tells how these attempts ended
    select t.file_id, t.line_no, d.said_at as died_at, d.problem
    from (
        select job_id, node, mini_batch_id, said_at, next_at, file_id, line_no
        from followed
        where event = 'got_task' and coalesce(next_event, 'got_task') in ('got_task', 'worker_telemetry')
    ) as t
    asof join (
        select job_id, node, mini_batch_id, said_at, problem
        from followed
        where event = 'batch_aborted'
    ) as d
        on d.job_id = t.job_id and d.node = t.node and d.mini_batch_id = t.mini_batch_id and d.said_at >= t.said_at
    where d.said_at <= coalesce(t.next_at, 'infinity')
),

tries as materialized (
    select
        t.* exclude (event, told, problem, next_event, next_at, next_told, next_problem),
        t.next_event is not null as went_on,
        case
            when d.died_at is not null then 'batch_aborted'
            when t.next_event in ('got_task', 'worker_telemetry') then null
            when coalesce(t.next_told.mini_batch_id = t.mini_batch_id, true) then t.next_event
        end as end_event,
        coalesce(d.died_at, t.next_at) as end_at,
        case when d.died_at is null and end_event is not null then t.next_told end as end_told,
        coalesce(d.problem, t.next_problem) as end_problem
    from followed as t
    left join died as d using (file_id, line_no)
    where t.event = 'got_task'
),

silent as (
    select job_id
    from tries
    group by job_id
    having bool_or(went_on and end_event is null) and not bool_or(coalesce(end_event = 'batch_completed', false))
)

select
    t.job_id, t.file_id, t.line_no, t.cut, t.node, t.process, t.pid, t.mini_batch_id,
    t.end_told.dequeue_count as attempt,
    t.said_at as started_at,
    t.end_told.total as total,
    t.end_told.succeeded as succeeded,
    total - succeeded as failed,
    coalesce(t.end_told.elapsed_s, epoch(t.end_at - t.said_at)) as elapsed_s,
    t.end_told.run_s as run_s,
    case t.end_event
        when 'batch_completed' then 'done'
        when 'batch_failed' then 'exception'
        when 'batch_aborted' then 'exception'
        when 'batch_timeout' then 'timeout'
        when 'batch_poisoned' then 'poisoned'
        else case when not t.went_on and s.job_id is null then 'open' end
    end as outcome,
    case
        when t.end_problem is null then null  -- so of nearly all
        when t.end_event = 'batch_failed' then
            regexp_extract(t.end_problem, '[}\]] with (?:error )?(.*?)(?:\. (?:Error d|D)etail: |[\r\n]|$)', 1)
        else regexp_extract(t.end_problem, '^(.*?)(?: for [{\[]| [{\[]|[\r\n]|$)', 1)
    end as error_message
from tries as t
left join silent as s using (job_id)
