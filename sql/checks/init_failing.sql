-- Does init() of the entry script fail?
-- Worker processes whose init() raised or timed out, according to tables and logs. Severe if no mini-batch was done or
-- if the job failed; otherwise nodes or processes are missing. Needs at least two processes, since a single one may be
-- an accident. The error itself is the cause and is listed separately.
-- fix: Fix the exception raised in init(); it is in the evidence. Test init() in the same environment on one node
-- first.
-- reference: https://learn.microsoft.com/azure/machine-learning/how-to-debug-parallel-run-step
-- query: SELECT * FROM entry_script_events WHERE job_id = {job} AND event = 'init' AND outcome IN ('exception',
-- 'timeout')
-- explains: init\(\) (function |method )?in the entry sc?ript|failed in all processes|exited with (status )?code
-- 72|failed to process all mini batches
-- when: EXISTS (FROM entry_script_events WHERE event = 'init' AND outcome IN ('exception', 'timeout'))
with events as (
    select
        job_id, node, process,
        bool_or(outcome = 'done') as worked,
        bool_or(outcome in ('exception', 'timeout')) as has_failed,
        bool_or(outcome = 'timeout') as timed_out,
        min(e.time) filter (where outcome in ('exception', 'timeout')) as failed_at,
        arg_min(error_message, {said_at: e.time, said: error_message})
            filter (where outcome in ('exception', 'timeout')) as error,
        max(elapsed_s) as elapsed_s
    from entry_script_events as e
    where event = 'init'
    group by job_id, node, process
),

failing as (
    select
        job_id,
        count(*) filter (where has_failed) as processes,
        count(distinct node) filter (where has_failed) as nodes,
        mode(node order by node) filter (where has_failed) as node,
        arg_min(process, {failed_at: failed_at, node: node, process: process}) as process,
        bool_or(timed_out) as timed_out,
        min(failed_at) as first_at,
        sum(exact(elapsed_s)) filter (where has_failed)::double as elapsed_s,
        cut_words(arg_min(error, {failed_at: failed_at, node: node, process: process}), 200) as error
    from events
    group by job_id
    having count(*) filter (where has_failed) >= 2
),

working as (  -- a process that had a mini-batch in progress has initialised
    select job_id, count(distinct (node, process)) as processes, count(distinct node) as nodes
    from attempt_reports
    group by job_id
)

select
    f.job_id,
    case when w.processes is null or j.state = 'failed' then 'severe' else 'warning' end as severity,
    concat(
        case when f.timed_out then 'init() timed out in ' else 'init() failed in ' end,
        counted(f.processes, 'worker process', 'worker processes'), ' on ', counted(f.nodes, 'node', 'nodes')
    ) as headline,
    concat_ws(
        '; ', f.error, case when f.nodes = 1 then 'node ' || f.node end,
        coalesce(counted(w.processes, 'process', 'processes'), 'no process') || ' got past init()'
    ) as evidence,
    concat_ws(
        '; ', case when w.processes is null then 'no mini-batch was attempted' end, time_lost(f.elapsed_s, 'worker')
    ) as impact,
    case when f.nodes = 1 then f.node end as node,
    f.process,
    null as mini_batch_id,
    f.first_at as time,
    f.elapsed_s as lost_s,
    to_json({
        processes: f.processes, nodes: f.nodes, processes_that_worked: coalesce(w.processes, 0), error: f.error
    }) as numbers
from failing as f
join jobs as j on j.job_id = f.job_id
left join working as w on w.job_id = f.job_id
