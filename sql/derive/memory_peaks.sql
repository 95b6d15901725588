-- What is the highest memory sample of each node and process, and what was running then?
-- One row per node (`scope` node, `process` NULL) and per process (`scope` process). A sample is not a peak: memory use
-- between two checks is not recorded, and child processes are not counted, so see `samples`, `largest_gap_s` and
-- `caveat`. MB of a process = its percent of the node's memory, NULL where no node file records that.
-- `mini_batches_held` are those that the node or process had in progress at that time. `unexplained_mb`, of nodes only:
-- memory in use minus that of its processes, from their samples within 30 s; NULL if there are none. A high value
-- points to child processes.
-- order: highest_percent desc, highest_at, job_id, node, process nulls first
-- example: SELECT node, highest_percent, highest_mb, highest_at, samples, mini_batches_held FROM memory_peaks WHERE
-- job_id = 'memory-growth' AND scope = 'node'
with node_checks as (
    select
        job_id, node,
        max({percent: memory_used_percent, earlier: -epoch_us(s.time), used_mb: memory_used_mb}) as highest,
        max(memory_total_mb) as total_mb,
        list(epoch_us(s.time)) as times
    from node_samples as s
    where memory_used_percent is not null and s.time is not null
    group by job_id, node
),

process_checks as (
    select
        job_id, node, process,
        max({percent: memory_used_percent, earlier: -epoch_us(s.time)}) as highest,
        list(epoch_us(s.time)) as times
    from process_samples as s
    where memory_used_percent is not null and s.time is not null
    group by job_id, node, process
),

highest_of_nodes as (
    select job_id, node, make_timestamp(-highest.earlier) as highest_at, highest.used_mb as used_mb, total_mb
    from node_checks
),

processes_then as (
    select
        h.job_id, h.node, s.process,
        arg_min(s.memory_used_percent, {
            apart: abs(epoch_us(s.time) - epoch_us(highest_at)), less: -s.memory_used_percent
        }) as percent
    from highest_of_nodes as h
    join process_samples as s
        on s.job_id = h.job_id and s.node = h.node
        and s.time between highest_at - interval 30 second and highest_at + interval 30 second
    group by h.job_id, h.node, s.process
),

explained as (
    select job_id, node, sum(exact(percent))::double as percent
    from processes_then
    group by job_id, node
),

peaks as (
    select
        job_id, node, 'node' as scope, null as process,
        highest.percent as highest_percent,
        highest.used_mb as highest_mb,
        make_timestamp(-highest.earlier) as highest_at,
        times,
        highest.used_mb - explained.percent / 100 * total_mb as unexplained_mb
    from node_checks
    left join explained using (job_id, node)
    union all
    select
        p.job_id, p.node, 'process', p.process,
        p.highest.percent,
        p.highest.percent / 100 * n.total_mb,
        make_timestamp(-p.highest.earlier),
        p.times,
        null
    from process_checks as p
    left join node_checks as n using (job_id, node)
),

tries as (
    select job_id, node, process, mini_batch_id, started_at, after(started_at, elapsed_s) as ended_at, outcome
    from attempt_reports
    anti join superseded_reports using (file_id, line_no)
    union all
    select job_id, node, process, mini_batch_id, started_at, after(started_at, elapsed_s), outcome
    from unreported_attempts
),

held as (
    select p.job_id, p.node, p.process, list_sort(list(distinct t.mini_batch_id)) as mini_batches
    from peaks as p
    join tries as t
        on t.job_id = p.job_id and t.node = p.node and t.started_at <= p.highest_at
        and (t.ended_at >= p.highest_at or t.outcome = 'open')
        and (p.scope = 'node' or t.process = p.process)
    group by p.job_id, p.node, p.process
),

measured as (
    select
        *,
        len(times) as samples,
        (list_max(times) - list_min(times)) / 1e6 as from_first_to_last_s,
        case
            when list_min(gaps) < 0 then list_max(gaps_between(list_sort(times)))  -- rarely: they are stored by time
            else list_max(gaps)
        end / 1e6 as largest_gap_s
    from (
        select *, gaps_between(times) as gaps
        from peaks
    )
)

select
    m.job_id, m.node, m.scope, m.process, m.highest_percent, m.highest_mb, m.highest_at, m.samples, m.largest_gap_s,
    held.mini_batches as mini_batches_held,
    m.unexplained_mb,
    concat(
        'highest of ', m.samples, ' samples',
        case when m.samples > 1 then
            printf(
                ', one every %.0f s, largest gap %.0f s',
                m.from_first_to_last_s / (m.samples - 1), m.largest_gap_s
            )
        end,
        '; not a peak',
        case when m.scope = 'process' then '; child processes not counted' end
    ) as caveat
from measured as m
left join held on held.job_id = m.job_id and held.node = m.node and held.process is not distinct from m.process
