-- Does the disk of a node fill up?
-- Judged per mount point: the last sample is high and the disk filled up during the job, or the disk is nearly full
-- whether it filled up or not, or an error says that no space is left. Where a log records only the free space, it fell
-- below `disk_free_mb`, from at least twice that. Needs three samples, unless an error reports it. Samples are minutes
-- apart.
-- fix: Remove temporary files in run(), write to the output instead of the local disk, or use nodes with a larger disk.
-- Mounting an input instead of downloading it saves its size.
-- reference: https://learn.microsoft.com/azure/machine-learning/how-to-use-parallel-job-in-pipeline
-- query: SELECT * FROM disk_samples WHERE job_id = {job} ORDER BY time DESC
-- explains: No space left on device|\[Errno 28\]|ENOSPC|[Dd]isk quota exceeded|\d+ requested and \d+ written
-- threshold: disk_high_percent = 85 %: a disk whose use rose during the job and is above this is filling up
-- threshold: disk_risen_percent = 10 %: how much the use of the disk must have risen
-- threshold: disk_full_percent = 97 %: a disk above this is nearly full, whether its use rose or not
-- threshold: disk_free_mb = 2048 MB: a disk whose free space fell below this is filling up
-- when: EXISTS (FROM telling_texts) OR EXISTS (FROM disk_samples WHERE used_percent IS NULL OR used_percent >=
-- least(threshold('disk_full_percent'), threshold('disk_high_percent')))
with disks as (
    select
        job_id, node, mount,
        count(*) as samples,
        min({since: d.time, percent: used_percent}).percent as first_percent,
        max({since: d.time, percent: used_percent}).percent as last_percent,
        min({since: d.time, free_mb: free_mb}).free_mb as first_free_mb,
        max({since: d.time, free_mb: free_mb}).free_mb as free_mb,
        epoch(max(d.time) - min(d.time)) as seconds,
        max(d.time) as last_at
    from disk_samples as d
    where d.time is not null
        and case
            when used_percent is null then free_mb >= 0
            else used_percent between 0 and 100 and node is not null
        end
    group by job_id, node, mount
    having count(*) >= 3
),

filling as (
    select
        *,
        last_percent - first_percent as risen,
        (100 - last_percent) / nullif(risen, 0) * seconds as full_in_s,
        count(*) over (partition by job_id) as disks
    from disks
    where last_percent >= threshold('disk_full_percent')
        or (
            last_percent >= threshold('disk_high_percent')
            and last_percent - first_percent >= threshold('disk_risen_percent')
        )
        or (last_percent is null and free_mb <= threshold('disk_free_mb') and first_free_mb >= 2 * free_mb)
),

worst as (
    select *
    from filling
    qualify row_number() over (partition by job_id order by last_percent desc nulls last, free_mb, node, mount) = 1
),

errors_told as (
    select
        job_id,
        count(*) as errors,
        arg_min(cut_words(e.text, 200), {since: e.time, text: e.text}) as text,
        arg_min(node, {since: e.time, node: node}) as node,
        min(e.time) as first_at
    from telling_texts as e
    where e.source is distinct from 'image_build' and regexp_matches(
        e.text,
        '(?i)No space left on device|\[Errno 28\]|ENOSPC|disk quota exceeded'
    )
    group by job_id
)

select
    coalesce(w.job_id, e.job_id) as job_id,
    case
        when e.errors > 0 or (j.state = 'failed' and w.free_mb < 100) then 'severe'
        else 'warning'
    end as severity,
    case
        when e.errors > 0 then
            concat('Disk full: ', counted(e.errors, 'out-of-space error', 'out-of-space errors'), ' on node ' || e.node)
        when w.last_percent is null then printf('Disk filling up: %.0f MB free', w.free_mb)
        else printf('Disk filling up: node %s at %.0f %%', w.node, w.last_percent)
    end as headline,
    concat_ws(
        '; ',
        e.text,
        printf(
            '%s%.0f MB free in the last sample, %.0f MB in the first',
            coalesce(w.mount || ': ', ''), case when w.last_percent is null then w.free_mb end, w.first_free_mb
        ),
        w.mount || printf(': %.0f %% full in the last sample', w.last_percent)
            || case when w.risen >= 1 then printf(', %.0f %% in the first', w.first_percent) else '' end,
        case when w.disks > 1 then counted(w.disks - 1, 'more disk is', 'more disks are') || ' filling up' end
    ) as evidence,
    case
        when e.errors > 0 then 'writes failed'
        when w.risen >= threshold('disk_risen_percent') and w.full_in_s > 0 then
            'full in ' || spell_of(w.full_in_s) || ' at this rate'
        else 'writes will fail when it is full'
    end as impact,
    coalesce(w.node, e.node) as node,
    null as process,
    null as mini_batch_id,
    coalesce(e.first_at, w.last_at) as time,
    null as lost_s,
    to_json({
        mount: w.mount, last_percent: w.last_percent, first_percent: w.first_percent, free_mb: w.free_mb,
        samples: w.samples, full_in_s: round(w.full_in_s), disks: w.disks, errors: e.errors,
        text_only: case when w.job_id is null then true end
    }) as numbers
from worst as w
full join errors_told as e on e.job_id = w.job_id
left join jobs as j on j.job_id = coalesce(w.job_id, e.job_id)
