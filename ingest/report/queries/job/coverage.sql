-- What was read, and what was not understood?
-- from: coverage
select kind, status, files, bytes, rows, rejects, bytes_understood_percent, unexplained_bytes,
    array_to_string(reasons, '; ') as reasons
from coverage
where job_id = $job
order by unexplained_bytes desc, rejects desc, bytes desc
