-- Do the files of a job agree on the facts that more than one of them records?
-- One row per job, fact and scope: the job, a node, a process, or one error's text. One column per source has the value
-- that it records, NULL if none: master (the job summary line), overview, progress_csv, mini_batch_table (all
-- attempts), node_summary, process_summary, worker_telemetry (a worker's last report), worker_logs, job_result,
-- error_summary (logs/user/error.txt), user_errors (logs/user/error/*). `final_attempts` and `done_attempts` are totals
-- over some of the attempts, for comparison; they are not sources. `verdict`: agree; differ; partial (they differ, as
-- they may while the job runs, where a file ends before the job, or where rows of the table could not be read); one
-- source. Rounded seconds agree if they differ by one. `explanation` says why a difference is no contradiction, where
-- that is known: a `differ` without an explanation should be examined. Counts of exceptions are of attempts, not of
-- mini-batches.
-- order: job_id, list_position(['job', 'node', 'process', 'error'], scope), node, process, error, fact
-- example: SELECT fact, verdict, explanation, overview, mini_batch_table FROM reconciliation WHERE job_id =
-- 'still-running' AND verdict <> 'one source' LIMIT 3
with told as (
    select
        job_id, 'job' as scope, null::varchar as node, null::varchar as process, null::varchar as error,
        fact, source, value, last_at, true as is_source
    from job_facts_by_source

    union all

    select
        job_id, case when process is null then 'node' else 'process' end, node, process, null,
        fact, source, value, null, source not in ('final_attempts', 'done_attempts')
    from place_facts_by_source
    where value is not null

    union all

    select job_id, 'error', null, null, error, 'occurrences', source, value, null, true
    from error_counts_by_source
),

facts as (
    select
        job_id, scope, node, process, error, fact,
        max(value) filter (where source = 'master') as master,
        max(value) filter (where source = 'overview') as overview,
        max(value) filter (where source = 'progress_csv') as progress_csv,
        max(value) filter (where source = 'mini_batch_table') as mini_batch_table,
        max(value) filter (where source = 'final_attempts') as final_attempts,
        max(value) filter (where source = 'done_attempts') as done_attempts,
        max(value) filter (where source = 'node_summary') as node_summary,
        max(value) filter (where source = 'process_summary') as process_summary,
        max(value) filter (where source = 'worker_telemetry') as worker_telemetry,
        max(value) filter (where source = 'worker_logs') as worker_logs,
        max(value) filter (where source = 'job_result') as job_result,
        max(value) filter (where source = 'error_summary') as error_summary,
        max(value) filter (where source = 'user_errors') as user_errors,
        count(*) filter (where is_source) as sources,
        min(value) filter (where is_source) as lowest,
        max(value) filter (where is_source) as highest,
        -- the overview and progress.csv may end before the job does (formats.md §16, trap 10)
        min(value) filter (where is_source and source not in ('overview', 'progress_csv')) as lowest_at_end,
        min(last_at) filter (where source in ('overview', 'progress_csv')) as progress_until,
        -- of the sources that sum up some attempts, which may not be all of them
        min(value::hugeint) filter (
            where source in ('node_summary', 'process_summary', 'worker_telemetry')
        ) as lowest_sum,
        max(value::hugeint) filter (
            where source in ('node_summary', 'process_summary', 'worker_telemetry')
        ) as highest_sum
    from told
    group by job_id, scope, node, process, error, fact
),

circumstances as (
    select
        job_id,
        max(value) filter (where fact = 'open_mini_batches') as open,
        max(value) filter (where fact = 'failed_mini_batches')::hugeint - coalesce(
            max(value) filter (where fact = 'mini_batches_poisoned'), 0
        ) as failed_otherwise,
        max(value) filter (where fact = 'workers_died') as workers_died
    from job_facts_by_source
    where source = 'mini_batch_table'
    group by job_id
),

table_damage as (
    select job_id, try_cast(sum(case when status = 'failed' then 1 else rejects end) as bigint) as rejects
    from files
    where kind in ('mini_batches', 'task_csv', 'report_v0')
    group by job_id
),

workers_without_log as (
    select job_id, count(*) as processes
    from (
        select distinct job_id, node, process from attempts
        except
        select distinct job_id, node, process from log_records where source = 'worker'
    )
    group by job_id
),

judged as (
    select
        f.*,
        f.highest::hugeint - f.lowest as difference,
        case when f.fact in ('elapsed_s', 'process_s', 'run_s') then 1 else 0 end as rounding,
        case
            when coalesce(j.state, 'unknown') not in ('completed', 'failed') then
                'the job is ' || coalesce(nullif(j.state, 'unknown'), 'in an unknown state')
                    || ': its files were written at different times'
            when f.fact in ('mini_batches_processed', 'failed_mini_batches')
                and coalesce(f.lowest_at_end = f.highest, true) then
                concat_ws(
                    ', ',
                    'progress is recorded until ' || strftime(f.progress_until, '%Y-%m-%d %H:%M:%S'),
                    'the job until ' || strftime(j.last_record_at, '%Y-%m-%d %H:%M:%S')
                )
            when f.mini_batch_table < f.highest and d.rejects > 0 then
                counted(d.rejects, 'record', 'records') || ' of the mini-batch table could not be parsed'
        end as why_partial,
        case
            when f.fact = 'mini_batches_processed' and difference = c.open then
                counted(c.open, 'mini-batch has', 'mini-batches have') || ' no result in the table'
            when f.fact = 'mini_batches_processed' and difference = c.failed_otherwise then
                counted(c.failed_otherwise, 'mini-batch', 'mini-batches')
                    || ' failed without being poison; some sources do not count such mini-batches as processed'
            when f.fact = 'run_exceptions' and f.mini_batch_table::hugeint - f.lowest = c.workers_died then
                counted(c.workers_died, 'attempt', 'attempts')
                    || ' ended because the worker died, which is not an exception in the script'
            when greatest(f.done_attempts - f.lowest_sum, f.highest_sum - f.done_attempts) <= rounding then
                'the sums cover successful attempts only'
            when greatest(f.final_attempts - f.lowest_sum, f.highest_sum - f.final_attempts) <= rounding then
                'the sums cover final attempts only'
            when f.fact in ('run_exceptions', 'run_timeouts', 'workers_died') and f.worker_logs < f.highest
                and w.processes > 0 then
                counted(w.processes, 'worker process', 'worker processes') || ' with attempts left no log'
        end as why_different
    from facts as f
    left join jobs as j using (job_id)
    left join circumstances as c using (job_id)
    left join table_damage as d using (job_id)
    left join workers_without_log as w using (job_id)
)

select
    job_id, scope, node, process, error, fact,
    case
        when sources < 2 then 'one source'
        when difference <= rounding then 'agree'
        when why_partial is not null then 'partial'
        else 'differ'
    end as verdict,
    case when verdict in ('partial', 'differ') then coalesce(why_partial, why_different) end as explanation,
    master, overview, progress_csv, mini_batch_table, final_attempts, done_attempts, node_summary, process_summary,
    worker_telemetry, worker_logs, job_result, error_summary, user_errors
from judged
where sources > 0
