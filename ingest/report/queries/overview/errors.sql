-- Which errors are new, and which are common?
-- from: errors_by_fingerprint
-- Newest first, by when each was first seen in any job of the store. Symptoms, which only say that something failed,
-- are left out.
select
    first_at, occurrences, jobs, exception_type, exception_message as message, frame, fix, example_job_id as job_id,
    f.path || ':' || e.example_line_no as place
from errors_by_fingerprint as e
left join files as f on f.file_id = e.example_file_id
where not symptom and list_contains($jobs, example_job_id)
order by first_at desc nulls last, occurrences desc
limit 25
