-- Which errors are new?
-- from: errors_over_time, errors_by_fingerprint
-- Errors that no earlier job had, newest first; compared with jobs whose records were dropped since, too. Symptoms are
-- left out.
select
    coalesce(e.first_at, o.first_job_started_at) as first_at, o.occurrences, o.jobs, e.exception_type,
    coalesce(e.exception_message, o.example) as message, e.frame,
    e.fix, o.first_job_id as job_id, f.path || ':' || e.example_line_no as place
from errors_over_time as o
left join errors_by_fingerprint as e using (fingerprint)
left join files as f on f.file_id = e.example_file_id
where list_contains($jobs, o.first_job_id)
order by o.first_job_started_at desc nulls last, o.occurrences desc
limit 25
