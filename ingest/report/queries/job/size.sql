-- How much is there to draw?
-- from: attempts
select
    count(*) as attempts,
    count(distinct (node, process)) as processes,
    count(distinct node) as nodes,
    min(a.started_at) as first_at,
    max(coalesce(a.ended_at, a.started_at)) as last_at,
    count(*) filter (where outcome = 'open') as open,
    count(*) filter (where outcome = 'timeout') as timeouts,
    count(*) filter (where outcome = 'exception') as exceptions,
    count(*) filter (where outcome not in ('done', 'open')) as failed
from attempts as a
where job_id = $job
