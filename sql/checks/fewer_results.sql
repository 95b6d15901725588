-- Did run() return fewer results than it got items?
-- Mini-batches that are done and have failed items: there is neither an error nor a retry, the rows are just missing.
-- The logs do not record whether the script left them out on purpose, so this is a warning, unless the job failed
-- because of an error threshold. Items of mini-batches that raised or timed out are not counted here.
-- fix: Return one element per item from run(), also for items that cannot be scored. If it leaves items out on purpose,
-- set `error_threshold` (`mini_batch_error_threshold`) accordingly.
-- reference: https://github.com/Azure/MachineLearningNotebooks/issues/1448
-- query: SELECT mini_batch_id, node, items, succeeded_items, failed_items, inputs FROM mini_batches WHERE job_id =
-- {job} AND outcome = 'done' AND failed_items > 0 ORDER BY failed_items DESC
-- explains: number of failed items is \d+|exceed(s|ed) (the )?error threshold
-- when: EXISTS (FROM judged_attempts WHERE failed_items > 0)
with fewer as (
    select job_id, mini_batch_id, node, items, failed_items, started_at
    from judged_attempts
    where final and outcome = 'done' and failed_items > 0 and coalesce(error_message, '') = ''
),

by_node as (
    select job_id, node, sum(failed_items) as failed_items
    from fewer
    group by job_id, node
)

select
    f.job_id,
    case
        when any_value(j.state) = 'failed' and regexp_matches(any_value(j.state_reason), '(?i)error threshold')
            then 'severe'
        else 'warning'
    end as severity,
    concat(
        'Missing results: run() returned too few results for ', counted(count(*), 'mini-batch', 'mini-batches')
    ) as headline,
    concat_ws(
        '; ', 'no error and no retry', case when any_value(n.nodes) > 1 then 'most on node ' || any_value(n.node) end
    ) as evidence,
    counted(sum(f.failed_items), 'item', 'items') || ' without a result' as impact,
    any_value(n.node) as node,
    null as process,
    first(f.mini_batch_id order by f.failed_items desc nulls last, f.mini_batch_id) as mini_batch_id,
    min(f.started_at) as time,
    null as lost_s,
    to_json({
        failed_items: sum(f.failed_items), mini_batches: count(*), items: sum(f.items), nodes: any_value(n.nodes)
    }) as numbers
from fewer as f
join jobs as j on j.job_id = f.job_id
left join (
    select job_id, first(node order by failed_items desc nulls last, node) as node, count(*) as nodes
    from by_node
    group by job_id
) as n on n.job_id = f.job_id
group by f.job_id
