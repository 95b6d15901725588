-- Is the memory of a node nearly used up?
-- Judged by the highest of at least three samples of a node; no finding where `out_of_memory` found that workers ended
-- because of it. Samples are minutes apart and are not peaks: between two samples memory use may have been higher.
-- fix: Run fewer processes per node, make mini-batches smaller, or use nodes with more memory, before a worker is
-- killed. See `memory_peaks` for what was running then.
-- unless: out_of_memory
-- reference: https://learn.microsoft.com/azure/machine-learning/how-to-use-parallel-job-in-pipeline
-- query: SELECT * FROM memory_peaks WHERE job_id = {job} ORDER BY highest_percent DESC
-- threshold: memory_near_limit_percent = 90 %: a node whose highest memory sample reaches this is near its limit
-- when: EXISTS (FROM node_samples WHERE memory_used_percent >= threshold('memory_near_limit_percent'))
with checks as (
    select
        job_id, node,
        count(*) as samples,
        max({percent: memory_used_percent, earlier: -epoch_us(s.time), used_mb: memory_used_mb}) as highest,
        min({since: s.time, percent: memory_used_percent}).percent as first_percent,
        max({since: s.time, percent: memory_used_percent}).percent as last_percent,
        max(memory_total_mb) as total_mb
    from node_samples as s
    where memory_used_percent is not null and s.time is not null and node is not null
    group by job_id, node
),

near as (
    select
        *,
        count(*) over (partition by job_id) as nodes
    from checks
    where samples >= 3 and highest.percent between threshold('memory_near_limit_percent') and 100
)

select
    job_id,
    'warning' as severity,
    concat(
        'Memory nearly full: node ', node, ' at ', printf('%.0f %%', highest.percent)
    ) as headline,
    concat(
        'highest of ', samples, ' samples',
        case when last_percent >= first_percent + 20 then
            printf('; it rose from %.0f to %.0f %% over the job', first_percent, last_percent)
        end,
        case when nodes > 1 then
            '; ' || counted(nodes - 1, 'other node is', 'other nodes are') || ' near the limit too'
        end
    ) as evidence,
    'risk of running out of memory' as impact,
    node,
    null as process,
    null as mini_batch_id,
    make_timestamp(-highest.earlier) as time,
    null as lost_s,
    to_json({
        highest_percent: highest.percent, total_mb: total_mb, samples: samples, first_percent: first_percent,
        last_percent: last_percent, nodes: nodes
    }) as numbers
from near
qualify row_number() over (partition by job_id order by highest.percent desc, node) = 1
