-- Which groups of jobs did worse than on the days before?
-- from: group_regressions, job_measures, job_groups
-- The days and groups of these jobs, each beside the group's last days; nothing is said where there are too few.
select day, group_kind, group_name, severity, measure, sentence, ratio, compared_days
from group_regressions
where (day, group_kind, group_name) in (
    select (h.day, g.group_kind, g.group_name)
    from job_measures as h
    join job_groups as g using (job_id)
    where list_contains($jobs, h.job_id)
)
order by list_position(['severe', 'warning', 'note'], severity), day desc, group_kind, group_name, measure
limit 40
