-- Did the nodes of a job share the work evenly, and was one of them slow?
-- One row per node with an ended attempt; a node without any is in `node_summary`. `share` is the node's share of the
-- job's mini-batches, to compare with `fair_share`, its share of the job's workers. `busy_share`: work of its workers /
-- the time from the job's first start to its last end; `present_share`: part of that time between the node's first and
-- last sign of any kind. `pace_ratio` compares the median time of its done mini-batches (`usual_s`) with the other
-- nodes, `item_ratio` the time per item. `verdict`: slow (`slow_node_ratio` times as long, and its fastest quarter
-- slower than the slowest quarter of others), idle (less than half of its fair share, though present all the time and
-- as fast), part (present for part of the time only), even, or too few (a single node, fewer than ten mini-batches per
-- node, or fewer than five on it).
-- order: job_id, node
-- threshold: slow_node_ratio = 1.5: a node is slow if its median time is this many times that of the other nodes
-- threshold: idle_node_share = 0.5: a node is idle if it got less than this share of its fair share of mini-batches
-- threshold: present_node_share = 0.8: a node that was present for less than this share of the job is not judged for
-- skew
-- example: SELECT node, mini_batches, share, fair_share, pace_ratio, item_ratio, verdict FROM node_skew WHERE job_id =
-- 'exceptions-one-node' ORDER BY node
with nodes as materialized (
    select
        *,
        sum(mini_batches) over of_job as job_mini_batches,
        sum(slots) over of_job as job_slots,
        count(*) over of_job as job_nodes,
        min(first_started_at) over of_job as job_started_at,
        max(last_ended_at) over of_job as job_ended_at,
        epoch(job_ended_at - job_started_at) as job_s
    from node_time
    window of_job as (partition by job_id)
),

others as (
    select
        a.job_id, a.node,
        median(b.usual_s) as usual_s,
        median(b.quartiles[3]) as high_s,
        sum(exact(b.worker_busy_s))::double / nullif(sum(b.items), 0) as item_s,
        sum(b.done) as done
    from nodes as a
    join nodes as b on b.job_id = a.job_id and b.node is distinct from a.node
    group by a.job_id, a.node
),

limits as (
    select
        threshold('slow_node_ratio') as slow_ratio,
        threshold('idle_node_share') as least_share,
        threshold('present_node_share') as least_present
)

select
    n.job_id,
    n.node,
    n.mini_batches,
    n.mini_batches / nullif(n.job_mini_batches, 0) as share,
    n.slots / nullif(n.job_slots, 0) as fair_share,
    n.slots,
    n.worker_busy_s,
    n.worker_busy_s / nullif(n.slots * n.job_s, 0) as busy_share,
    epoch(
        least(n.job_ended_at, greatest(n.last_ended_at, s.last_at))
        - greatest(n.job_started_at, least(n.first_started_at, s.first_at))
    ) / nullif(n.job_s, 0) as present_share,
    n.items / nullif(n.worker_busy_s, 0) as items_per_s,
    n.usual_s,
    o.usual_s as usual_elsewhere_s,
    n.usual_s / nullif(o.usual_s, 0) as pace_ratio,
    n.worker_busy_s / nullif(n.items, 0) / nullif(o.item_s, 0) as item_ratio,
    n.done * greatest(n.usual_s - o.usual_s, 0) as slower_by_s,
    greatest(n.slots * n.job_s - n.worker_busy_s, 0) as idle_s,
    n.first_started_at as first_at,
    n.job_nodes as nodes,
    case
        when n.job_nodes = 1 or n.job_mini_batches < 10 * n.job_nodes then 'too few'
        when n.done >= 5 and o.done >= 5
            and pace_ratio >= limits.slow_ratio and n.quartiles[1] > o.high_s then 'slow'
        when present_share < limits.least_present then 'part'
        when share < limits.least_share * fair_share and coalesce(pace_ratio, 1) < 1.2 then 'idle'
        when n.done < 5 then 'too few'
        else 'even'
    end as verdict,
    case verdict
        when 'too few' then 'too few mini-batches or nodes to compare'
        when 'slow' then
            case when item_ratio < limits.slow_ratio then 'its mini-batches have more items than on other nodes' end
        when 'part' then 'not compared: its first mini-batch started late, or its last one ended early'
    end as caveat
from nodes as n
left join others as o on o.job_id = n.job_id and o.node is not distinct from n.node
left join node_signs as s on s.job_id = n.job_id and s.node = n.node
cross join limits
