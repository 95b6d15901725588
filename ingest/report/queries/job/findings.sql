-- What needs attention first?
-- from: diagnosis
select d.*, f.path || ':' || d.line_no as location
from diagnosis as d
left join files as f using (file_id)
where d.job_id = $job
order by d.rank
limit 60
