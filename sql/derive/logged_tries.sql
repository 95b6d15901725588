-- What do the worker logs tell of each try at a mini-batch?
-- The ground of `unreported_tries`. A worker has one mini-batch at a time: `Got task 7.` starts a try, and the next
-- word in the same log ends it, or the word of the node's manager, when the worker died; a word that the end of its
-- file cuts is none. Without any the try is open, but for a worker that went on: that try ended nobody knows how, its
-- `outcome` is NULL. So is that of each last try in a job whose logs never tell of a completed mini-batch though
-- workers go on, for their level hides it. Only of `jobs_with_logged_tries`.
-- keep: step
with signs as (
    select
        r.job_id, r.file_id, r.line_no, r.cut, r.node, r.process, r.pid, r.time as said_at, r.event, r.fields,
        case when r.event not in ('got_task', 'batch_completed') then r.message end as problem
    from log_records as r
    semi join jobs_with_logged_tries as told_by_logs using (job_id)
    where r.source = 'worker'
        and r.event in (
            'got_task', 'batch_completed', 'batch_failed', 'batch_timeout', 'batch_poisoned', 'batch_aborted',
            'worker_telemetry'
        )
        and (r.event = 'got_task' or not coalesce(r.cut, false) or contains(r.message, chr(10)))
),

followed as (
    select
        *,
        try_cast(fields ->> 'mini_batch_id' as bigint) as mini_batch_id,
        lead(event) over next_word as next_event,
        lead(said_at) over next_word as next_at,
        lead(fields) over next_word as next_fields,
        lead(problem) over next_word as next_problem
    from signs
    window next_word as (partition by file_id order by line_no)
),

tries as (
    select
        t.* exclude (event, fields, problem, next_event, next_at, next_fields, next_problem),
        t.next_event is not null as went_on,
        case
            when coalesce(t.next_event, 'got_task') not in ('got_task', 'worker_telemetry') then
                case when coalesce(t.next_fields ->> 'mini_batch_id', t.fields ->> 'mini_batch_id')
                    = (t.fields ->> 'mini_batch_id') then t.next_event end
            when d.said_at <= coalesce(t.next_at, 'infinity') then d.event
        end as end_event,
        case when end_event = d.event then d.said_at else t.next_at end as end_at,
        case when end_event = t.next_event then t.next_fields end as end_fields,
        case when end_event = d.event then d.problem else t.next_problem end as end_problem
    from followed as t
    asof left join (select * from followed where event = 'batch_aborted') as d
        on d.job_id = t.job_id and d.node = t.node and d.mini_batch_id = t.mini_batch_id and d.said_at >= t.said_at
    where t.event = 'got_task' and t.mini_batch_id is not null
)

select
    job_id, file_id, line_no, cut, node, process, pid, mini_batch_id,
    try_cast(end_fields ->> 'dequeue_count' as bigint) as attempt,
    said_at as started_at,
    try_cast(end_fields ->> 'total' as bigint) as total,
    try_cast(end_fields ->> 'succeeded' as bigint) as succeeded,
    total - succeeded as failed,
    coalesce(try_cast(end_fields ->> 'elapsed_s' as double), epoch(end_at - said_at)) as elapsed_s,
    try_cast(end_fields ->> 'run_s' as double) as run_s,
    case end_event
        when 'batch_completed' then 'done'
        when 'batch_failed' then 'exception'
        when 'batch_aborted' then 'exception'
        when 'batch_timeout' then 'timeout'
        when 'batch_poisoned' then 'poisoned'
        else case when not (went_on or silent) then 'open' end
    end as outcome,
    case end_event
        when 'batch_failed' then
            regexp_extract(end_problem, '[}\]] with (?:error )?(.*?)(?:\. (?:Error d|D)etail: |[\r\n]|$)', 1)
        else regexp_extract(end_problem, '^(.*?)(?: for [{\[]| [{\[]|[\r\n]|$)', 1)
    end as error_message
from (
    select
        *,
        bool_or(went_on and end_event is null) over (partition by job_id)
            and not bool_or(coalesce(end_event = 'batch_completed', false)) over (partition by job_id) as silent
    from tries
)
