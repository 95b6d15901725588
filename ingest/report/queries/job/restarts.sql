-- Which worker processes replaced another one, and when?
-- from: worker_processes
select coalesce(node, '(unknown)') as node, process, epoch_ms(first_seen_at) as at_ms
from worker_processes
where job_id = $job and restarted and first_seen_at is not null
order by at_ms, node, process
limit 500
