-- What was read, and what was not understood?
-- One row per job, kind and status: parsed; unclaimed (no parser knows the file), ignored (on purpose), failed;
-- `reasons` says why a file was not read. `job_id` is NULL for files outside any job. Every byte of a parsed file is
-- part of a record, of a reject, of a header or a blank line; `bytes_understood` are those without the rejects.
-- `unexplained_bytes` are those of files that were not read: unclaimed and failed. `bytes_understood_percent` is the
-- share that became records: 0 for unclaimed and failed files, NULL for ignored and empty ones. `files_without_records`
-- counts parsed files with bytes, but neither record nor reject: no more than a header. `ends_cut` counts files that
-- end without a line break, as growing files do.
-- example: SELECT kind, status, files, bytes, records, rejects, reasons FROM coverage WHERE job_id = 'still-running'
-- AND rejects > 0 ORDER BY kind
select
    job_id,
    coalesce(kind, status) as kind,
    status,
    count(*) as files,
    try_cast(sum(bytes) as bigint) as bytes,
    try_cast(sum(records) as bigint) as records,
    try_cast(sum(rows) as bigint) as rows,
    try_cast(sum(rejects) as bigint) as rejects,
    try_cast(sum(rejected_bytes) as bigint) as rejected_bytes,
    case
        when status = 'parsed' then 100 * (sum(bytes) - coalesce(sum(rejected_bytes), 0)) / nullif(sum(bytes), 0)
        when status <> 'ignored' and sum(bytes) > 0 then 0
    end as bytes_understood_percent,
    count(*) filter (where ends_cut) as ends_cut,
    try_cast(
        coalesce(sum(bytes::hugeint - coalesce(rejected_bytes, 0)) filter (where status = 'parsed'), 0) as bigint
    ) as bytes_understood,
    try_cast(
        coalesce(sum(bytes) filter (where status not in ('parsed', 'ignored')), 0) as bigint
    ) as unexplained_bytes,
    count(*) filter (where status = 'parsed' and bytes > 0 and records + rejects = 0) as files_without_records,
    list_sort(list(distinct reason) filter (where reason is not null)) as reasons
from files
group by job_id, coalesce(kind, status), status
order by job_id nulls last, status, kind
