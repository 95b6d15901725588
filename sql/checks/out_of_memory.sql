-- Did worker processes end because memory ran out?
-- Counts the suspects in `out_of_memory_suspects`: one of high suspicion is enough, or two of medium suspicion. No log
-- of the driver says "out of memory", and a sample is not a peak. Severe if a mini-batch was never done.
-- fix: Make mini-batches smaller, run fewer processes per node (`max_concurrency_per_instance`,
-- `process_count_per_node`), or use nodes with more memory. If memory use rises from mini-batch to mini-batch, fix the
-- leak.
-- reference: https://learn.microsoft.com/azure/machine-learning/how-to-use-parallel-job-in-pipeline
-- query: SELECT * FROM out_of_memory_suspects WHERE job_id = {job} AND suspicion <> 'low' ORDER BY time
-- explains: Process abort with unfinished|(exited|ended|died|terminated)\b.{0,20}\b(code|status) (-9|137)\b|killed by
-- signal 9|poison|MemoryError|out of memory|oom.?kill|allocate memory|bad_alloc|Unable to allocate|^Killed
-- when: EXISTS (FROM out_of_memory_suspects WHERE suspicion <> 'low')
with suspects as (
    select * from out_of_memory_suspects
    where suspicion <> 'low'
),

lost as (
    select job_id, count(distinct mini_batch_id) as mini_batches
    from (
        select distinct s.job_id, s.mini_batch_id from suspects as s where s.mini_batch_id is not null
    )
    semi join (
        select job_id, mini_batch_id
        from judged_attempts
        where final and outcome not in ('done', 'open') and all_attempts > 1
    ) using (job_id, mini_batch_id)
    group by job_id
),

jobs_hit as (
    select
        job_id,
        count(*) as suspects,
        count(*) filter (where suspicion = 'high') as high,
        count(*) filter (where event = 'worker ended') as workers,
        count(distinct mini_batch_id) as mini_batches,
        count(distinct node) as nodes,
        mode(node order by node) as node,
        max(node_percent) as node_percent,
        max(process_mb) as process_mb,
        max(grown_mb) as grown_mb,
        sum(exact(elapsed_s))::double as elapsed_s,
        min(time) as first_at,
        arg_max(mini_batch_id, {elapsed_s: coalesce(elapsed_s, 0), mini_batch_id: mini_batch_id}) as mini_batch_id,
        arg_min(process, {since: time, process: process}) as process,
        arg_min(reason, {low: suspicion <> 'high', since: time, reason: reason}) as reason
    from suspects
    group by job_id
)

select
    h.job_id,
    case when l.mini_batches > 0 then 'severe' else 'warning' end as severity,
    concat(
        'Out of memory ', case when h.high > 0 then '(probable): ' else '(possible): ' end,
        case
            when h.workers > 0 then counted(h.workers, 'worker', 'workers') || ' killed'
            else counted(h.suspects, 'attempt', 'attempts') || ' failed'
        end,
        case when h.nodes > 1 then ' on ' || h.nodes || ' nodes' else ' on node ' || h.node end
    ) as headline,
    concat_ws(
        '; ', 'first: ' || h.reason, printf('highest sample before: %.0f %% of node memory', h.node_percent)
    ) as evidence,
    concat_ws(
        '; ',
        case when h.mini_batches > 0 then
            counted(h.mini_batches, 'mini-batch', 'mini-batches') || ' interrupted'
                || case when l.mini_batches > 0 then ', ' || l.mini_batches || ' never completed' else '' end
        end,
        time_lost(h.elapsed_s, 'worker')
    ) as impact,
    h.node,
    h.process,
    h.mini_batch_id,
    h.first_at as time,
    h.elapsed_s as lost_s,
    to_json({
        suspects: h.suspects, of_high_suspicion: h.high, workers_ended: h.workers, mini_batches: h.mini_batches,
        never_done: coalesce(l.mini_batches, 0), nodes: h.nodes, highest_node_percent: h.node_percent,
        highest_process_mb: round(h.process_mb, 1), most_grown_mb: round(h.grown_mb, 1)
    }) as numbers
from jobs_hit as h
left join lost as l on l.job_id = h.job_id
where h.high > 0 or h.suspects >= 2
