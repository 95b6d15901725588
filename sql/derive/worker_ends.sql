-- Which worker processes ended while the job was running, with what in progress, and which process replaced each?
-- The base view of `restarts` and `out_of_memory_suspects`. An end is recorded by the node's manager (`source` log), or
-- known from the higher number that came after it (`source` order): ends and replacements of a node are then paired in
-- order of time, which may name a wrong process where one was idle. `process` is NULL for a replacement whose
-- predecessor left no sign. `mini_batch_id` is what it had in progress, NULL if its last attempt was done. `reason`, as
-- far as it is recorded: `init` (init() failed), `timeout`, `killed` (signal 9), `stopped`, `died` (with a mini-batch
-- in progress, nothing more is known), `exception` (its last attempt raised), or `not recorded`. Exit codes 71 to 82
-- are the driver's own (formats.md §7).
-- example: SELECT node, process, replaced_by, mini_batch_id, reason, source FROM worker_ends WHERE job_id =
-- 'era-2020-05' ORDER BY ended_at LIMIT 3
-- when: EXISTS (FROM worker_processes WHERE restarted) OR EXISTS (FROM log_records WHERE event = 'worker_exited')
with said as (
    select
        r.job_id, r.node,
        r.fields ->> 'worker' as process,
        min(r.time) as exited_at,
        arg_min(
            coalesce(
                try_cast(r.fields ->> 'exit_code' as bigint),
                -try_cast(r.fields ->> 'signal' as bigint),
                case r.fields ->> 'signal'
                    when 'SIGKILL' then -9 when 'SIGSEGV' then -11 when 'SIGABRT' then -6 when 'SIGBUS' then -7
                    when 'SIGTERM' then -15 when 'SIGILL' then -4 when 'SIGFPE' then -8
                end
            ),
            {said_at: r.time, line_no: r.line_no}
        ) as exit_code,
        arg_min(r.message, {said_at: r.time, line_no: r.line_no}) as said
    from log_records as r
    where r.event = 'worker_exited'
    group by all
),

tries as (
    select job_id, node, process, mini_batch_id, attempt, outcome, error_message, started_at, elapsed_s
    from attempt_reports
    union all
    select job_id, node, process, mini_batch_id, attempt, outcome, error_message, started_at, elapsed_s
    from unreported_attempts
),

last_tries as (
    select
        job_id, node, process,
        max({
            started: epoch_us(started_at), ended: outcome <> 'open', mini_batch_id: mini_batch_id, attempt: attempt,
            outcome: outcome, elapsed_s: elapsed_s, said: cut_words(regexp_extract(error_message, '^[^\r\n]*'), 300)
        }) as last_try
    from tries
    where started_at is not null
    group by job_id, node, process
),

failed_inits as (
    select job_id, node, process, arg_min(error_message, {said_at: e.time, said: error_message}) as said
    from entry_script_events as e
    where event = 'init' and outcome in ('exception', 'timeout')
    group by job_id, node, process
),

processes as (
    select
        p.job_id, p.node, p.process, p.number, p.first_seen_at, p.restarted,
        s.exit_code,
        s.process is not null as told,
        bool_or(s.process is not null) over (partition by p.job_id, p.node) as node_tells,
        coalesce(s.exited_at, p.last_seen_at) as ended_at,
        case when t.last_try.outcome <> 'done' then t.last_try end as held,
        i.process is not null as init_failed,
        nullif(concat_ws('; ', held['said'], i.said, s.said), '') as said
    from worker_processes as p
    left join said as s on s.job_id = p.job_id and s.node = p.node and s.process = p.process
    left join last_tries as t on t.job_id = p.job_id and t.node = p.node and t.process = p.process
    left join failed_inits as i on i.job_id = p.job_id and i.node = p.node and i.process = p.process
),

nodes as (  -- the nth end of a node goes with its nth replacement
    select
        job_id, node,
        list_sort(list({
            ended_at: ended_at, number: number, process: process, first_seen_at: first_seen_at, held: held,
            exit_code: exit_code, init_failed: init_failed, said: said, told: told
        }) filter (where case when node_tells then told and exit_code is distinct from 0 else true end)) as ends,
        list_sort(list({first_seen_at: first_seen_at, number: number, process: process}) filter (where restarted))
            as replacements
    from processes
    group by job_id, node
),

pairs as (
    select job_id, node, unnest(range(1, greatest(len(ends), coalesce(len(replacements), 0)) + 1)) as nth,
        ends[nth] as e, replacements[nth] as r
    from nodes
    where replacements is not null or ends[1].told
),

fitting as (  -- what came before the end did not replace it
    select
        job_id, node,
        unnest(case
            when r.first_seen_at < e.ended_at - interval 1 second then [{e: e, r: null}, {e: null, r: r}]
            else [{e: e, r: r}]
        end, max_depth := 2)
    from pairs
)

select
    job_id,
    node,
    e.process as process,
    r.process as replaced_by,
    e.first_seen_at as first_seen_at,
    e.ended_at as ended_at,
    r.first_seen_at as replaced_at,
    epoch(r.first_seen_at - e.ended_at) as down_s,
    e.held.mini_batch_id as mini_batch_id,
    e.held.attempt as attempt,
    e.held.outcome as outcome,
    e.held.elapsed_s as elapsed_s,
    e.exit_code as exit_code,
    case
        when e.process is null then 'not recorded'
        when e.exit_code = 72 or (e.init_failed and e.held is null) then 'init'
        when e.exit_code = 71 or e.held.outcome = 'timeout' then 'timeout'
        when e.exit_code in (-9, 137) then 'killed'
        when e.exit_code = 82 then 'stopped'
        when starts_with(e.held.said, 'Process abort') or e.held.outcome = 'open' then 'died'
        when e.exit_code in (73, 74) or e.held is not null then 'exception'
        else 'not recorded'
    end as reason,
    e.said as said,
    case when e.told then 'log' else 'order' end as source
from fitting
where r.process is not null or e.told
