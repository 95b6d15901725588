-- Does the memory use of worker processes rise steadily?
-- Judged by the memory samples of each process over its life: they rise along a line, with certainty given their number
-- and spread, and the minimum of each quarter rises too, also in the second half. So neither memory that a mini-batch
-- takes and releases counts, nor a cache that fills and stops growing. Half of the processes must grow, and those of a
-- node must together gain a good part of its memory. No finding where `out_of_memory` or `memory_near_limit` has one.
-- fix: Release in run() what a mini-batch needed: results kept in a list, open files, caches without a limit. As a
-- stopgap, make the job shorter or run fewer processes per node.
-- unless: out_of_memory, memory_near_limit
-- reference: docs/explanation/true-answers.md
-- query: SELECT * FROM process_samples WHERE job_id = {job} ORDER BY node, process, process_samples.time
-- threshold: growing_samples = 8: a process with fewer memory samples is not judged
-- threshold: growing_certainty = 4: rise of a process's memory over time / standard error of that rise
-- threshold: growing_percent = 8 %: share of a node's memory that its processes gain together, over their lives
-- threshold: growing_process_percent = 2 %: share of a node's memory that a process must gain
with quarters as (
    select
        job_id, node, process, s.time as sampled_at, memory_used_percent as percent,
        ntile(4) over (partition by job_id, node, process order by s.time, memory_used_percent) as quarter
    from process_samples as s
    where memory_used_percent between 0 and 100 and s.time is not null
        and process not in ('manager', '_main', 'MainProcess')
),

processes as (
    select
        job_id, node, process,
        count(*) as samples,
        regr_slope(percent, epoch(sampled_at) order by sampled_at, percent) as percent_per_s,
        corr(percent, epoch(sampled_at) order by sampled_at, percent) as correlation,
        percent_per_s * epoch(max(sampled_at) - min(sampled_at)) as grown,
        arg_max(percent, {sampled_at: sampled_at, percent: percent}) as last_percent,
        [
            min(percent) filter (where quarter = 1), min(percent) filter (where quarter = 2),
            min(percent) filter (where quarter = 3), min(percent) filter (where quarter = 4)
        ] as lows,
        min(sampled_at) as first_at
    from quarters
    group by job_id, node, process
    having samples >= threshold('growing_samples')
),

judged as (
    select
        *,
        grown >= threshold('growing_process_percent')
        and correlation * sqrt(samples - 2) >= threshold('growing_certainty') * sqrt(1 - pow(least(correlation, 1), 2))
        and lows[4] > lows[1]
        and lows[2] >= lows[1]
        and lows[3] - lows[2] >= 0.1 * (lows[4] - lows[1])
        and lows[4] - lows[3] >= 0.1 * (lows[4] - lows[1]) as grows
    from processes
),

nodes as (
    select job_id, node, sum(grown) as grown
    from judged
    group by job_id, node
),

jobs_growing as (
    select
        j.job_id,
        count(*) as processes,
        count(*) filter (where j.grows) as growing,
        max({grown: j.grown, node: j.node, process: j.process}) filter (where j.grows) as most,
        max(n.grown) as most_of_node,
        median(j.percent_per_s) filter (where j.grows) * 3600 as percent_per_h,
        max(j.last_percent) filter (where j.grows) as highest,
        min(j.first_at) filter (where j.grows) as first_at
    from judged as j
    join nodes as n using (job_id, node)
    group by j.job_id
)

select
    g.job_id,
    'warning' as severity,
    concat(
        'Memory leak suspected: ', g.growing, ' of ', counted(g.processes, 'worker process', 'worker processes'),
        case when g.processes = 1 then ' grows steadily' else ' grow steadily' end
    ) as headline,
    concat(
        printf('about %.1f %% of node memory per hour', g.percent_per_h), '; most: ', g.most.process, ' on node ',
        g.most.node, printf(', by %.0f %%', g.most.grown)
    ) as evidence,
    printf('risk of running out of memory: the largest process reached %.0f %% of node memory', g.highest) as impact,
    g.most.node as node,
    g.most.process as process,
    null as mini_batch_id,
    g.first_at as time,
    null as lost_s,
    to_json({
        growing: g.growing, processes: g.processes, percent_per_hour: round(g.percent_per_h, 2),
        most_grown_percent: round(g.most.grown, 2), most_grown_of_node_percent: round(g.most_of_node, 2),
        highest_percent: round(g.highest, 2)
    }) as numbers
from jobs_growing as g
where g.growing >= 0.5 * g.processes and g.most_of_node >= threshold('growing_percent')
