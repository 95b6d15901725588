-- Do worker processes grow and grow?
-- Memory of each process over its life, by its samples: enough of them, rising on nearly a line (correlation), in the
-- second half too, by a good part of the node's memory in all. What fills a cache and stops is not told. At least half
-- of the processes with enough samples must grow. Not where `out_of_memory` or `memory_near_limit` tell of it.
-- remedy: Let go in run() of what a mini-batch needed: results kept in a list, open files, caches without a bound. As a
-- stopgap make the job shorter, or run fewer processes per node.
-- unless: out_of_memory, memory_near_limit
-- reference: docs/explanation/true-answers.md
-- query: SELECT * FROM process_samples WHERE job_id = {job} ORDER BY node, process, process_samples.time
-- threshold: growing_samples = 8: a process with fewer memory samples is not judged
-- threshold: growing_percent = 8 %: a process grows if it gains this much of the node's memory over its life
with halves as (
    select
        job_id, node, process, s.time as sampled_at, memory_used_percent as percent,
        ntile(2) over (partition by job_id, node, process order by s.time) as half
    from process_samples as s
    where memory_used_percent between 0 and 100 and s.time is not null
        and process not in ('manager', '_main', 'MainProcess')
),

processes as (
    select
        job_id, node, process,
        count(*) as samples,
        corr(percent, epoch(sampled_at) order by sampled_at, percent) as correlation,
        regr_slope(percent, epoch(sampled_at) order by sampled_at, percent) as percent_per_s,
        percent_per_s * epoch(max(sampled_at) - min(sampled_at)) as grown,
        arg_max(percent, sampled_at) as last_percent,
        arg_max(percent, sampled_at) filter (where half = 2) - arg_min(percent, sampled_at) filter (where half = 2)
            as grown_late,
        min(sampled_at) as first_at
    from halves
    group by job_id, node, process
    having samples >= threshold('growing_samples')
),

judged as (
    select
        *,
        correlation >= 0.9 and grown >= threshold('growing_percent') and grown_late >= 0.25 * grown as grows
    from processes
),

jobs_growing as (
    select
        job_id,
        count(*) as processes,
        count(*) filter (where grows) as growing,
        max({grown: grown, node: node, process: process}) filter (where grows) as most,
        median(percent_per_s) filter (where grows) * 3600 as percent_per_h,
        max(last_percent) filter (where grows) as highest,
        min(first_at) filter (where grows) as first_at
    from judged
    group by job_id
)

select
    g.job_id,
    'warning' as severity,
    concat(
        g.growing, ' of ', counted(g.processes, 'worker process grows', 'worker processes grow'),
        printf(' steadily, by about %.1f %% of the node''s memory an hour', g.percent_per_h),
        '; most: ', g.most.process, ' on node ', g.most.node, printf(', by %.0f %%', g.most.grown), '.'
    ) as finding,
    g.most.node as node,
    g.most.process as process,
    null as mini_batch_id,
    g.first_at as time,
    null as lost_s,
    to_json({
        growing: g.growing, processes: g.processes, percent_per_hour: round(g.percent_per_h, 2),
        most_grown_percent: round(g.most.grown, 2), highest_percent: round(g.highest, 2)
    }) as evidence
from jobs_growing as g
where g.growing >= 0.5 * g.processes and g.growing > 0
