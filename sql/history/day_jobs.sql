-- Which jobs count for which day and group?
-- The base view of `day_measures`. One row per job with a day and each of its groups (`job_groups`). `unfinished`: the
-- job is running or stalled, or one of its files ends in the middle of a line, so its figures will change.
-- example: SELECT day, group_kind, group_name, job_id, state, unfinished FROM day_jobs WHERE day >= '2024-01-01' AND
-- group_kind <> 'compute' ORDER BY ALL LIMIT 4
select
    h.*,
    g.group_kind,
    g.group_name,
    coalesce(h.partial, false) or coalesce(h.state in ('running', 'stalled'), true) as unfinished
from job_measures as h
join job_groups as g using (job_id)
where h.day is not null
