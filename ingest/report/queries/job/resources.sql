-- How much memory and CPU did each node use?
-- from: node_samples
-- Samples, not peaks: what happens between two checks is not seen. Where a node has no check for more than three times
-- its usual distance the line breaks. Where samples are many, a point is the highest of its step.
with steps as (
    select
        coalesce(node, '(unknown)') as node,
        max(memory_used_percent) as memory_percent,
        max(cpu_percent) as cpu_percent,
        arg_max(epoch_ms(s.time), memory_used_percent) as highest_ms,
        min(epoch_ms(s.time)) as first_ms,
        max(epoch_ms(s.time)) as last_ms,
        count(*) as samples
    from node_samples as s
    where job_id = $job and s.time is not null
    group by coalesce(node, '(unknown)'), floor(epoch(s.time) / $step_s)
),

apart as (
    select *, first_ms - lag(last_ms) over (partition by node order by first_ms) as gap_ms
    from steps
),

usual as (
    select node, median(gap_ms) as usual_ms, max(gap_ms) as largest_ms
    from apart
    group by node
)

select
    node,
    coalesce(highest_ms, first_ms) as at_ms,
    round(memory_percent, 1) as memory_percent,
    round(cpu_percent, 1) as cpu_percent,
    samples,
    round(gap_ms / 1000) as since_last_s,
    sum(coalesce(gap_ms > 3 * usual_ms, false)::integer) over (partition by node order by first_ms) as piece
from apart
join usual using (node)
order by node, at_ms
