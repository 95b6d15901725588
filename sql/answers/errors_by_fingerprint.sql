-- Which distinct errors were there, and how often?
-- Errors that differ only in numbers, ids and paths are one. An error is often reported in several files (worker log,
-- its error twin, user error, job_error): `occurrences` is per job the highest count of any one kind of file, summed
-- over jobs; `reports` counts every row. `symptom` and `rank` as in `error_reports`. The example is the earliest
-- report; `problem` is the first of `known_problems` that the example matches, with its cause and fix, NULL if it
-- matches none.
-- scope: all jobs
-- example: SELECT exception_type, exception_message, occurrences, reports, jobs, nodes FROM errors_by_fingerprint
-- WHERE exception_type IS NOT NULL AND NOT symptom LIMIT 3
with told as (
    select fingerprint, job_id, source, sum(coalesce(occurrences, 1)) as occurrences
    from errors
    group by fingerprint, job_id, source
),

counted as (
    select fingerprint, try_cast(sum(occurrences) as bigint) as occurrences
    from (
        select fingerprint, job_id, max(occurrences) as occurrences
        from told
        group by fingerprint, job_id
    )
    group by fingerprint
),

reported as (
    select
        fingerprint,
        count(*) as reports,
        count(distinct job_id) as jobs,
        count(distinct (job_id, node)) filter (where node is not null) as nodes,
        count(distinct (job_id, node, process)) filter (where process is not null) as processes,
        min(e.time) as first_at,
        max(e.time) as last_at,
        min(rank) as rank,
        first({
            exception_type: exception_type, exception_message: exception_message, frame: frame, phase: phase,
            headline: headline, job_id: job_id, file_id: file_id, line_no: line_no
        } order by e.time nulls last, job_id, source, node, process, line_no, exception_message, file_id) as example
    from error_reports as e
    group by fingerprint
),

shown as materialized ( -- else the patterns are sought again for what reads it
    select
        *,
        known_problem_of(error_text(example.exception_type, example.exception_message, example.headline)) as problem
    from reported
)

select
    r.fingerprint,
    c.occurrences,
    r.reports,
    r.jobs,
    r.nodes,
    r.processes,
    r.first_at,
    r.last_at,
    r.rank,
    r.rank >= 3 as symptom,
    r.example.exception_type as exception_type,
    r.example.exception_message as exception_message,
    r.example.frame as frame,
    r.example.phase as phase,
    k.id as problem,
    k.cause,
    fix_for(k.fix, r.example.exception_message) as fix,
    r.example.job_id as example_job_id,
    r.example.file_id as example_file_id,
    r.example.line_no as example_line_no
from shown as r
join counted as c on c.fingerprint is not distinct from r.fingerprint
left join known_problems as k on k.id = r.problem
order by symptom, c.occurrences desc, r.first_at nulls last, r.fingerprint
