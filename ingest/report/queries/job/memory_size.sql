-- How many resource samples are there?
-- from: node_samples
select
    count(*) as samples,
    count(distinct node) as nodes,
    min(s.time) as first_at,
    max(s.time) as last_at
from node_samples as s
where job_id = $job and s.time is not null
