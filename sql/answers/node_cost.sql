-- What did each node cost, and how much of that was work?
-- One row per node that left any sign. `node_s` is node time in seconds: the whole duration of the job, since the
-- cluster holds its nodes from the first to the last record; summed over the nodes it is `node_s` of `job_measures`.
-- `seen_s` is the time from the node's own first sign to its last one. `busy_worker_s` and `wasted_worker_s` are worker
-- time in seconds, summed over all workers: of all attempts, and of those that were not final. `busy_node_s`,
-- `wasted_node_s` and `idle_node_s` are the same as node time: divided by the number of worker processes that a node of
-- the job ran at one time. `busy_share` is busy_node_s of node_s. `cost` is node-hours x price: SET VARIABLE
-- price_per_node_hour = 0.9; NULL while that is not set.
-- example: SELECT node, node_s, seen_s, busy_node_s, idle_node_s, wasted_node_s, busy_share, cost FROM node_cost WHERE
-- job_id = 'exceptions-one-node' ORDER BY node
select
    n.job_id,
    n.node,
    s.started_at,
    s.ended_at,
    n.first_record_at as first_at,
    n.last_record_at as last_at,
    epoch(n.last_record_at - n.first_record_at) as seen_s,
    coalesce(s.duration_s, seen_s) as node_s,
    coalesce(n.busy_worker_s, 0) / m.processes_at_one_time as busy_node_s,
    coalesce(n.wasted_worker_s, 0) / m.processes_at_one_time as wasted_node_s,
    greatest(node_s - coalesce(busy_node_s, 0), 0) as idle_node_s,
    coalesce(n.busy_worker_s, 0) as busy_worker_s,
    coalesce(n.wasted_worker_s, 0) as wasted_worker_s,
    m.processes_at_one_time as workers_at_one_time,
    busy_node_s / nullif(node_s, 0) as busy_share,
    node_s / 3600 * try_cast(getvariable('price_per_node_hour') as double) as cost,
    nullif(concat_ws(
        '; ',
        case when n.did_nothing then 'no mini-batch ran on it' end,
        case when s.state in ('running', 'stalled') then 'the job has not ended' end,
        case when n.open_mini_batches > 0 then
            counted(n.open_mini_batches, 'attempt has', 'attempts have') || ' no recorded end'
        end
    ), '') as caveat
from node_summary as n
left join job_summary as s on s.job_id = n.job_id
left join (select job_id, processes_at_one_time from job_measures) as m on m.job_id = n.job_id
order by n.job_id, n.node
