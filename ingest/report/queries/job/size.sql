-- How much is there to draw?
-- from: attempts
select
    count(*) as tries,
    count(distinct (node, process)) as processes,
    count(distinct node) as nodes,
    min(a.started_at) as first_at,
    max(coalesce(a.ended_at, a.started_at)) as last_at
from attempts as a
where job_id = $job
