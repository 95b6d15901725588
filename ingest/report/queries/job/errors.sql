-- Which errors were there, and how often?
-- from: job_errors
-- Several files report one error: the count is the highest of any one kind of file, and duplicates are left out. Causes
-- come first; a symptom only says that something failed.
select
    e.place as rank, e.occurrences, e.exception_type, coalesce(nullif(e.exception_message, ''), e.text) as message,
    e.frame, len(e.nodes) as nodes, e.processes, e.mini_batches, e.first_at, e.last_at, e.symptom, e.fingerprint,
    f.path || ':' || e.line_no as place
from job_errors as e
left join files as f using (file_id)
where e.job_id = $job and e.retells is null  -- a duplicate of another row is no error of its own
order by rank
limit 25
