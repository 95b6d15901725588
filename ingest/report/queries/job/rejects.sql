-- Which lines were not understood?
-- from: rejects
select f.path || ':' || r.line_no as place, r.parser, r.reason, left(r.text, 300) as text
from rejects as r
left join files as f using (file_id)
where r.job_id = $job
order by place
limit 20
