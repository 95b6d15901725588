-- What needs attention first?
-- from: diagnosis
-- The first two findings of each job, severe ones first, newest jobs first; a job's second one only if it is no note.
select d.*, f.path || ':' || d.line_no as place
from diagnosis as d
left join files as f using (file_id)
left join jobs as j on j.job_id = d.job_id
where list_contains($jobs, d.job_id) and (d.rank = 1 or (d.rank = 2 and d.severity <> 'note'))
order by list_position(['severe', 'warning', 'note'], d.severity), j.started_at desc nulls last, d.job_id, d.rank
limit 40
