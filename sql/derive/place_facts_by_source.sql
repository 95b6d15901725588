-- What do the summary tables, the workers themselves and the attempts say of each node and each worker process?
-- The base view of `reconciliation`; query that instead. One row per job, node, process (NULL: the node as a whole),
-- fact, source. Sources: node_summary and process_summary (the driver's totals), worker_telemetry (a worker's last
-- report), and mini_batch_table (totals over all attempts with a result). final_attempts and done_attempts are the same
-- totals over the final attempts and over those that were done: it is not known which of them the other sources add up
-- (formats.md §17). Seconds are rounded to whole ones. `mini_batches` counts distinct ones: the sum over a node's
-- processes may be higher than the count of the node.
-- example: SELECT node, fact, source, value FROM place_facts_by_source WHERE job_id = 'clean-v4' AND process IS NULL
-- AND fact = 'mini_batches' AND node = '0' ORDER BY ALL
with sums as (
    select
        a.job_id,
        a.node,
        case when grouping(a.process) = 0 then coalesce(a.process, '') end as process,
        t.source,
        count(distinct a.mini_batch_id) as mini_batches,
        sum(a.total) as items,
        sum(a.succeeded) as succeeded,
        sum(a.failed) as failed,
        sum(exact(a.elapsed_s))::double as elapsed_s,
        sum(exact(a.process_s))::double as process_s,
        sum(exact(a.run_s))::double as run_s
    from judged_attempts as a
    join (values ('mini_batch_table'), ('final_attempts'), ('done_attempts')) as t (source)
        on t.source = 'mini_batch_table'
        or (t.source = 'final_attempts' and a.final)
        or (t.source = 'done_attempts' and a.outcome = 'done')
    where a.outcome <> 'open' and a.source <> 'worker'  -- no attempts that only a log tells
    group by grouping sets ((a.job_id, a.node, a.process, t.source), (a.job_id, a.node, t.source))

    union all

    select
        job_id,
        node,
        process,
        case when process is null then 'node_summary' else 'process_summary' end,
        sum(mini_batches),
        sum(total),
        sum(succeeded),
        sum(failed),
        sum(exact(elapsed_s))::double,
        sum(exact(process_s))::double,
        sum(exact(run_s))::double
    from report_summaries
    group by job_id, node, process

    union all

    select
        job_id,
        node,
        process,
        'worker_telemetry',
        sum(try_cast(facts ->> 'tasks' as bigint)),
        sum(try_cast(facts ->> 'items' as bigint)),
        sum(try_cast(facts ->> 'succeeded' as bigint)),
        null,
        null,
        sum(exact(try_cast(facts ->> 'process_s' as double)))::double,
        sum(exact(try_cast(facts ->> 'run_s' as double)))::double
    from (
        select job_id, node, process, try_cast(fields as json) as facts
        from log_records
        where event = 'worker_telemetry' and source = 'worker' and process is not null
    )
    group by job_id, node, process
)

select job_id, node, process, source, unnest([
    {fact: 'mini_batches', value: try_cast(mini_batches as bigint)},
    {fact: 'tried_items', value: try_cast(items as bigint)},
    {fact: 'tried_items_succeeded', value: try_cast(succeeded as bigint)},
    {fact: 'tried_failed_items', value: try_cast(failed as bigint)},
    {fact: 'elapsed_s', value: try_cast(round(elapsed_s) as bigint)},
    {fact: 'process_s', value: try_cast(round(process_s) as bigint)},
    {fact: 'run_s', value: try_cast(round(run_s) as bigint)}
], recursive := true)
from sums
