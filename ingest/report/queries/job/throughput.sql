-- When did mini-batches end, and how?
-- from: mini_batches
-- By the end of the final attempt. Mini-batches without an end are left out.
select
    floor(epoch(last_ended_at) / $step_s)::bigint * $step_s::bigint * 1000 as start_ms,
    (floor(epoch(last_ended_at) / $step_s)::bigint + 1) * $step_s::bigint * 1000 as end_ms,
    outcome,
    count(*) as mini_batches,
    count(*) * 60.0 / $step_s as per_minute,
    try_cast(sum(items) as bigint) as items,
    try_cast(sum(failed_items) as bigint) as failed_items
from mini_batches
where job_id = $job and last_ended_at is not null and outcome <> 'open'
group by all
order by start_ms, outcome
