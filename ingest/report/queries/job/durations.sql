-- How long did mini-batches take?
-- from: mini_batches
-- Elapsed time of the final attempt.
with timed as (
    select elapsed_s, outcome, least(floor(elapsed_s / $width_s), round($end_s / $width_s)) as bin
    from mini_batches
    where job_id = $job and elapsed_s > 0 and outcome <> 'open'
)

select
    round(bin * $width_s, 6) as from_s,
    round((bin + 1) * $width_s, 6) as to_s,
    bin >= round($end_s / $width_s) as is_last,
    count(*) as mini_batches,
    count(*) filter (where outcome <> 'done') as failed,
    round(sum(elapsed_s), 1) as together_s
from timed
group by bin
order by bin
