-- How long did mini-batches take, and how long is the tail?
-- from: mini_batches
-- Elapsed time of the try that decided. Steps grow with the time, and heights are drawn as square roots, so that a few
-- slow ones are seen beside many quick ones.
with timed as (
    select elapsed_s, outcome, floor(log10(elapsed_s) * $per_decade) as step
    from mini_batches
    where job_id = $job and elapsed_s > 0 and outcome <> 'open'
)

select
    round(power(10.0, step / $per_decade), 4) as from_s,
    round(power(10.0, (step + 1) / $per_decade), 4) as to_s,
    count(*) as mini_batches,
    count(*) filter (where outcome <> 'done') as failed,
    round(sum(elapsed_s), 1) as together_s
from timed
group by step
order by step
