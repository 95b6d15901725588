-- How many resource samples are there?
-- from: node_samples
select
    count(*) as samples,
    count(distinct node) as nodes,
    min(s.at) as first_at,
    max(s.at) as last_at
from node_samples as s
where job_id = $job and s.at is not null
