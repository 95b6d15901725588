-- What did the checks find?
-- One row per job and check that found something; a check that found nothing, or had too little to judge by, gives
-- none. `lost_s` is worker time, or node time where nodes are meant, that it cost or that a remedy could save; NULL
-- where it is not about time. `evidence` has the numbers as JSON. `severity`: severe (work was lost, the job failed, or
-- most of its time is at stake), warning (time or safety is), note. A check gives way to those named in its `unless`.
-- example: SELECT job_id, check_id, severity, finding FROM findings ORDER BY lost_s DESC NULLS LAST, job_id,
-- check_id LIMIT 3
with told as materialized (
    select * from check_rows
)

select
    r.job_id, r.check_id, r.severity, r.finding, r.node, r.process, r.mini_batch_id, r.time, r.lost_s, r.evidence,
    c.remedy, c.reference, c.explains,
    case
        when (try_cast(r.evidence as json) ->> 'text_only') = 'true' then  -- the check's own table has no row of it
            'SELECT * FROM error_reports WHERE job_id = ' || quoted(r.job_id)
        else replace(c.query, '{job}', quoted(r.job_id))
    end as query
from told as r
join checks as c on c.id = r.check_id
where not exists (
    select 1 from told as better
    where better.job_id = r.job_id and list_contains(string_split(c.unless, ','), better.check_id)
)
