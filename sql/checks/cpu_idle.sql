-- Do the workers wait instead of computing?
-- CPU time is far below elapsed time, also within run(). A worker whose work is done by child processes or by a GPU
-- looks the same: if samples show a busy CPU or GPU, there is no finding; without samples the finding is a note. Most
-- logs do not record GPU use. `lost_s` is the time in progress without CPU use: time that more workers per node could
-- use, not time that is certainly lost, so the finding is never severe. Needs `enough_to_compare` done mini-batches
-- with CPU time.
-- fix: If the script waits for a service, a database or storage, raise process_count_per_node or use threads; a smaller
-- VM size may be enough. If a GPU does the work, no change is needed.
-- reference: https://github.com/microsoft/azureml-ops-accelerator/blob/main/4-Migrate/3-PerformanceTunePRS.md
-- query: SELECT mini_batch_id, node, process, elapsed_s, run_s, process_s, process_s / elapsed_s AS cpu_share FROM
-- attempts WHERE job_id = {job} AND final ORDER BY cpu_share
-- threshold: cpu_idle_share = 0.25: CPU time of a worker / elapsed time; below this the worker mostly waits
-- threshold: cpu_idle_node_percent = 50 %: no finding if the node's CPU is at least this busy (median of its samples)
-- threshold: gpu_busy_percent = 20 %: no finding if the node's GPUs are at least this busy (mean of their samples)
-- threshold: enough_cpu_samples = 3 samples: with fewer samples of a job's nodes their CPU use is not judged
-- when: EXISTS (FROM cpu_use WHERE share < threshold('cpu_idle_share'))
select
    c.job_id,
    case
        when c.busy_s >= threshold('loss_severe_s') and c.samples >= threshold('enough_cpu_samples') then 'warning'
        else 'note'
    end as severity,
    printf(
        'CPU idle (the script may be waiting): workers used the CPU for %.0f %% of their time', 100 * c.share
    ) as headline,
    printf(
        '%.0f %% of the time inside run(); %s',
        100 * c.run_share,
        case when c.samples >= threshold('enough_cpu_samples') then
            printf('nodes %.0f %% busy, child processes included', c.node_percent)
        else 'too few resource samples to tell what child processes did' end
    ) as evidence,
    spell_of(c.busy_s - c.process_s) || ' of worker time without CPU use' as impact,
    null as node,
    null as process,
    null as mini_batch_id,
    c.first_at as time,
    c.busy_s - c.process_s as lost_s,
    to_json({
        cpu_share: c.share, cpu_share_in_run: c.run_share, busy_s: c.busy_s, cpu_s: c.process_s,
        mini_batches: c.mini_batches, workers_at_work: c.workers, node_cpu_percent: c.node_percent,
        node_samples: c.samples
    }) as numbers
from cpu_use as c
where c.share < threshold('cpu_idle_share')
    and c.run_share < threshold('cpu_idle_share')
    and not (
        c.samples >= threshold('enough_cpu_samples') and c.node_percent >= threshold('cpu_idle_node_percent')
    )
    and not exists (
        select 1 from gpu_samples as g
        where g.job_id = c.job_id
        group by g.job_id
        having avg(g.busy_percent) >= threshold('gpu_busy_percent')
    )
