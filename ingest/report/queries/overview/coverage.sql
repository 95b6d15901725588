-- What was read, and what was not understood?
-- from: coverage
select
    kind, status, count(distinct job_id) as jobs, try_cast(sum(files) as bigint) as files,
    try_cast(sum(bytes) as bigint) as bytes, try_cast(sum(rows) as bigint) as rows,
    try_cast(sum(rejects) as bigint) as rejects, try_cast(sum(unexplained_bytes) as bigint) as unexplained_bytes,
    100 * (sum(bytes_understood)) / nullif(sum(bytes) filter (where status <> 'ignored'), 0) as bytes_understood_percent
from coverage
where list_contains($jobs, job_id)
group by kind, status
order by unexplained_bytes desc, rejects desc, bytes desc
