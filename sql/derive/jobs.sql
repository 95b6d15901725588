-- Which jobs are in the store, in which state is each, and when did it run?
-- One row per job: where it was read from, what its records say about it (`job_facts`), and its labels. `files` and
-- `bytes` count all files found, read or not.
-- of: every job
-- example: SELECT job_id, state, started_at, files FROM jobs ORDER BY job_id LIMIT 3
with sizes as (
    select job_id, count(*) as files, sum(bytes)::bigint as bytes
    from files
    group by job_id
)

select
    j.job_id,
    j.source,
    f.generation,
    coalesce(j.run_id, f.run_id) as run_id,
    f.parent_run_id,
    f.experiment,
    f.compute_target,
    f.queue_s,
    f.state,
    f.state_reason,
    f.started_at,
    f.ended_at,
    f.last_record_at,
    coalesce(s.files, 0) as files,
    coalesce(s.bytes, 0) as bytes,
    j.labels,
    j.loaded_at
from loaded_jobs as j
left join job_facts as f using (job_id)
left join sizes as s using (job_id)
