-- Do the workers of a node compete for its cores?
-- Each worker uses more than one core while others work beside it. The logs do not record how many cores a node has: if
-- its samples show spare CPU, there were enough cores and there is no finding; without samples the finding is a note.
-- The time lost is not recorded in any log. Needs `enough_to_compare` done mini-batches with CPU time.
-- fix: Limit the threads of the libraries in the script (OMP_NUM_THREADS, torch.set_num_threads), or lower
-- process_count_per_node until process count x threads fits the cores.
-- reference: https://github.com/microsoft/azureml-ops-accelerator/blob/main/4-Migrate/3-PerformanceTunePRS.md
-- query: SELECT node, process, count(*) AS mini_batches, sum(process_s) / sum(elapsed_s) AS cores FROM attempts WHERE
-- job_id = {job} AND final GROUP BY ALL ORDER BY cores DESC
-- threshold: cpu_cores_per_worker = 1.2 cores: CPU time / elapsed time of a worker; above this it uses several cores
-- threshold: cpu_full_percent = 90 %: a node whose samples have at least this median is full
-- when: EXISTS (FROM cpu_use WHERE share > threshold('cpu_cores_per_worker'))
select
    c.job_id,
    case when c.samples >= threshold('enough_cpu_samples') then 'warning' else 'note' end as severity,
    concat(
        'CPU oversubscribed', case when c.samples < threshold('enough_cpu_samples') then ' (possible)' end,
        printf(': up to %.0f workers on a node, each using %.1f cores', c.workers, c.share)
    ) as headline,
    printf(
        '%.1f cores in use at one time; %s',
        c.share * c.workers,
        case when c.samples >= threshold('enough_cpu_samples') then printf('nodes %.0f %% busy', c.node_percent)
        else 'too few resource samples to tell whether the nodes were full' end
    ) as evidence,
    null as impact,
    null as node,
    null as process,
    null as mini_batch_id,
    c.first_at as time,
    null as lost_s,
    to_json({
        cores_per_worker: c.share, workers_at_work: c.workers, mini_batches: c.mini_batches,
        node_cpu_percent: c.node_percent, node_samples: c.samples
    }) as numbers
from cpu_use as c
where c.share > threshold('cpu_cores_per_worker')
    and c.workers >= 1.5
    and (c.samples < threshold('enough_cpu_samples') or c.node_percent >= threshold('cpu_full_percent'))
