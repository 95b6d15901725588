-- From when to when do attempts and resource samples go?
-- from: attempts, node_samples
select epoch_ms(min(first_at)) as first_ms, epoch_ms(max(last_at)) as last_ms
from (
    select min(a.started_at) as first_at, max(coalesce(a.ended_at, j.last_record_at, a.started_at)) as last_at
    from attempts as a
    left join jobs as j using (job_id)
    where job_id = $job
    union all
    select min(s.time), max(s.time)
    from node_samples as s
    where job_id = $job
)
