-- Are the logs of the workers missing from the download?
-- A job that has ended, and whose mini-batch table, progress or master log shows work, but without a single worker log:
-- the workers' errors, and what was in progress last, are not known. Files that are written only when needed, such as
-- error files, are not expected. A download of a batch endpoint's parent job has no logs at all: the load itself
-- reports that.
-- fix: Download all logs: `az ml job download --name <child job> --all`. For a batch endpoint take the child job named
-- `batchscoring`.
-- reference: docs/reference/formats.md §2
-- query: SELECT kind, count(*) AS files FROM files WHERE job_id = {job} GROUP BY kind ORDER BY kind
with kinds as (
    select
        job_id,
        bool_or(kind in ('mini_batches', 'overview', 'master', 'task_csv', 'report_v0')) as tells_of_work,
        bool_or(kind in ('worker', 'task_csv')) as has_workers,
        count(*) as files
    from files
    where status <> 'unclaimed' and job_id is not null
    group by job_id
)

select
    k.job_id,
    'note' as severity,
    'Incomplete download: the logs of the workers are missing' as headline,
    counted(k.files, 'file', 'files') || ' of other kinds' as evidence,
    'errors of workers are not visible' as impact,
    null as node,
    null as process,
    null as mini_batch_id,
    null::timestamp as time,
    null as lost_s,
    to_json({files: k.files}) as numbers
from kinds as k
join jobs as j on j.job_id = k.job_id
where k.tells_of_work and not k.has_workers and j.state in ('completed', 'failed')
    and exists (select 1 from attempt_reports as a where a.job_id = k.job_id)
