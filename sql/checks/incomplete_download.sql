-- Were the downloaded logs cut off?
-- Files that end in the middle of a line although the job has ended, of kinds whose writer ends each record with a line
-- break. Whatever followed is missing from all counts. A cut mini-batch table is a warning, because counts are too low;
-- other files are a note.
-- fix: Download the logs again and load them again: only changed files are read.
-- reference: docs/reference/formats.md §2
-- query: SELECT path, kind, bytes FROM files WHERE job_id = {job} AND ends_cut
-- when: EXISTS (FROM files WHERE ends_cut)
with cut as (
    select
        job_id,
        count(*) as files,
        count(*) filter (where kind in ('mini_batches', 'task_csv', 'report_v0')) as tables,
        list(path order by kind not in ('mini_batches', 'task_csv', 'report_v0'), path) as paths
    from files
    where ends_cut
        and kind in (
            'mini_batches', 'task_csv', 'report_v0', 'worker', 'worker_level', 'master', 'master_level', 'overview',
            'node_resource', 'process_resource', 'node_disk', 'progress_csv'
        )
    group by job_id
)

select
    c.job_id,
    case when c.tables > 0 then 'warning' else 'note' end as severity,
    concat(
        'Incomplete download: ', counted(c.files, 'file ends', 'files end'), ' in the middle of a line'
    ) as headline,
    concat('the job has ended; ', some_of(c.paths, 2)) as evidence,
    case
        when c.tables > 0 then 'counts of mini-batches are too low'
        else 'the last records of these files are missing'
    end as impact,
    null as node,
    null as process,
    null as mini_batch_id,
    null::timestamp as time,
    null as lost_s,
    to_json({files: c.files, mini_batch_tables: c.tables}) as numbers
from cut as c
join jobs as j on j.job_id = c.job_id
where j.state in ('completed', 'failed')
