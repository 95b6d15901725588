-- What needs attention first?
-- from: diagnosis
-- The first three findings of each job, of which notes only if there is nothing else; what several jobs have in common
-- is listed once, for the latest of them. Severe ones first, then those of most jobs.
with told as (
    select d.*, j.started_at, f.path || ':' || d.line_no as location, coalesce(d.fingerprint, d.finding_id) as sameness
    from diagnosis as d
    join jobs as j on j.job_id = d.job_id
    left join files as f on f.file_id = d.file_id
    where list_contains($jobs, d.job_id) and (d.rank = 1 or (d.rank <= 3 and d.severity <> 'note'))
),

counted as (
    select
        kind, sameness, severity,
        list(distinct job_id order by job_id) as jobs_with_it,
        sum(lost_s) as all_lost_s,
        try_cast(sum(occurrences) as bigint) as all_occurrences
    from told
    group by kind, sameness, severity
)

select
    t.* exclude (rank), c.jobs_with_it, c.all_lost_s, c.all_occurrences
from told as t
join counted as c using (kind, sameness, severity)
qualify row_number() over (partition by kind, sameness, severity order by t.started_at desc nulls last, t.job_id) = 1
order by
    list_position(['severe', 'warning', 'note'], severity), len(c.jobs_with_it) desc, t.started_at desc nulls last,
    t.job_id, sameness
limit 25
