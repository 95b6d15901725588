-- What do the summary tables and the tries say of each node and each worker process?
-- The ground of `reconciliation`; ask that. One row per job, node, process (NULL: the node as a whole), fact, teller.
-- Tellers: node_summary and process_summary (the driver's sums), mini_batch_table (sums over all tries with a result),
-- and final_tries, the same over the tries that decided: which of the two the driver sums up is not known (formats.md
-- §17). Seconds are rounded to whole ones. `mini_batches` counts different ones: those of a node's processes may come
-- to more than the node's.
with sums as (
    select
        job_id,
        node,
        case when grouping(process) = 0 then coalesce(process, '') end as process,
        unnest([
            {
                teller: 'mini_batch_table',
                mini_batches: count(distinct mini_batch_id),
                items: sum(total),
                succeeded: sum(succeeded),
                failed: sum(failed),
                elapsed_s: sum(elapsed_s),
                process_s: sum(process_s),
                run_s: sum(run_s)
            },
            {
                teller: 'final_tries',
                mini_batches: count(distinct mini_batch_id) filter (where final),
                items: sum(total) filter (where final),
                succeeded: sum(succeeded) filter (where final),
                failed: sum(failed) filter (where final),
                elapsed_s: sum(elapsed_s) filter (where final),
                process_s: sum(process_s) filter (where final),
                run_s: sum(run_s) filter (where final)
            }
        ], recursive := true)
    from judged_attempts
    where outcome <> 'open'
    group by grouping sets ((job_id, node, process), (job_id, node))

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
        sum(elapsed_s),
        sum(process_s),
        sum(run_s)
    from report_summaries
    group by job_id, node, process
)

select job_id, node, process, teller, unnest([
    {fact: 'mini_batches', value: try_cast(mini_batches as bigint)},
    {fact: 'tried_items', value: try_cast(items as bigint)},
    {fact: 'tried_items_succeeded', value: try_cast(succeeded as bigint)},
    {fact: 'tried_items_failed', value: try_cast(failed as bigint)},
    {fact: 'elapsed_s', value: try_cast(round(elapsed_s) as bigint)},
    {fact: 'process_s', value: try_cast(round(process_s) as bigint)},
    {fact: 'run_s', value: try_cast(round(run_s) as bigint)}
], recursive := true)
from sums
