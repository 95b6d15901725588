-- What did each node cost, and how much of that was work?
-- One row per node that left any sign. `node_s` runs from its first sign to its last one; a node is paid for before
-- and after that too, so it is the least that it can have cost. `busy_s`: at least one of its workers had a mini-batch
-- in work; `idle_s` is the rest. `worker_busy_s` is the work of all its workers summed up, `wasted_s` the part of it
-- in tries that did not decide. `used_share`: worker_busy_s of `slots` (workers at one time) x node_s. `cost` is
-- node-hours x price: SET VARIABLE price_per_node_hour = 0.9; NULL while that is not set.
-- example: SELECT node, node_s, busy_s, idle_s, slots, worker_busy_s, wasted_s, used_share, cost FROM node_cost
-- WHERE job_id = 'exceptions-one-node' ORDER BY node
select
    n.job_id,
    n.node,
    n.first_record_at as first_at,
    n.last_record_at as last_at,
    epoch(n.last_record_at - n.first_record_at) as node_s,
    coalesce(t.busy_s, 0) as busy_s,
    greatest(node_s - coalesce(t.busy_s, 0), 0) as idle_s,
    t.slots,
    coalesce(t.worker_busy_s, 0) as worker_busy_s,
    coalesce(t.worker_wasted_s, 0) as wasted_s,
    t.worker_busy_s / nullif(t.slots * node_s, 0) as used_share,
    node_s / 3600 * try_cast(getvariable('price_per_node_hour') as double) as cost,
    nullif(concat_ws(
        '; ',
        case when n.did_nothing then 'it had no mini-batch' end,
        case when jobs.state in ('running', 'stalled') then 'the job has not ended' end,
        case when n.mini_batches_open > 0 then
            counted(n.mini_batches_open, 'try has', 'tries have') || ' no end told'
        end
    ), '') as caveat
from node_summary as n
left join node_time as t on t.job_id = n.job_id and t.node = n.node
left join jobs on jobs.job_id = n.job_id
order by n.job_id, n.node
