-- When was each error seen first and last, and in how many jobs?
-- One row per distinct error, including those of jobs whose records have been dropped since; first and last refer to
-- the start of the jobs that reported it. Causes only, no symptoms, the 100 most frequent of each job. `jobs_since` is
-- the number of finished jobs that started after the last job that reported it: a large number suggests that the error
-- is gone. `example` is from the last job.
-- scope: all jobs
-- example: SELECT example, jobs, occurrences, first_job_id, last_job_id, jobs_since FROM errors_over_time ORDER BY
-- jobs DESC, occurrences DESC LIMIT 2
with told as (
    select
        job_id,
        started_at,
        unnest(from_json(
            errors, '[{"fingerprint": "VARCHAR", "occurrences": "BIGINT", "example": "VARCHAR"}]'
        )) as error
    from job_measures
    where json_valid(errors)
),

counted as (
    select
        error.fingerprint as fingerprint,
        count(*) as jobs,
        try_cast(sum(error.occurrences) as bigint) as occurrences,
        min(started_at) as first_job_started_at,
        max(started_at) as last_job_started_at,
        arg_min(job_id, {started_at: started_at, job_id: job_id}) as first_job_id,
        arg_max(job_id, {started_at: coalesce(started_at, '-infinity'), job_id: job_id}) as last_job_id,
        arg_max(error.example, {started_at: coalesce(started_at, '-infinity'), job_id: job_id}) as example
    from told
    where error.fingerprint is not null
    group by error.fingerprint
)

select
    c.fingerprint,
    c.example,
    c.jobs,
    c.occurrences,
    c.first_job_started_at,
    c.last_job_started_at,
    (select count(*) from job_measures as h where not h.partial and h.started_at > c.last_job_started_at) as jobs_since,
    c.first_job_id,
    c.last_job_id
from counted as c
order by c.last_job_started_at desc nulls last, c.jobs desc, c.fingerprint
