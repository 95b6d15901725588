-- Does the entry script get slower as the job goes on?
-- The time inside run() rises from third to third of the job, on most of its nodes; counts only done mini-batches, and
-- only nodes that worked at the start and at the end. Inputs that get larger towards the end look the same: if the
-- items per mini-batch rise as much, there is no finding. `lost_s` is the time above the pace of the first third. Needs
-- the times in the table of mini-batches, and `enough_for_trend` of them.
-- fix: Check what grows from call to call in run(): lists, caches, open connections, GPU memory. If CPU time rises as
-- well, the script may have fallen back from GPU to CPU. If inputs are sorted by size, shuffle them.
-- reference: https://github.com/microsoft/azureml-ops-accelerator/blob/main/4-Migrate/3-PerformanceTunePRS.md
-- query: SELECT started_at, node, process, mini_batch_id, run_s, process_s FROM attempts WHERE job_id = {job} AND
-- final ORDER BY started_at
-- threshold: script_slowing_ratio = 1.3: median time in run() of the last third / that of the first third
-- when: EXISTS (FROM pace_over_time WHERE run_rises)
select
    p.job_id,
    severity_of_loss(lost_s, p.busy_s) as severity,
    printf('Script slows down: run() takes %.1f times as long at the end of the job', p.run_ratio) as headline,
    printf(
        'median %s in the first third of the job, %s in the last, on %d of %d nodes%s',
        spell_of(p.run[1][2]), spell_of(p.run[3][2]), p.run_nodes, p.nodes,
        case when p.last_process_s > 1.2 * p.first_process_s then
            printf('; CPU time rose from %s to %s', spell_of(p.first_process_s), spell_of(p.last_process_s))
        else '' end
    ) as evidence,
    time_lost(p.lost_s, 'worker') as impact,
    null as node,
    null as process,
    null as mini_batch_id,
    p.last_third_at as time,
    p.lost_s as lost_s,
    to_json({
        first_third_run_s: p.run[1][2], middle_third_run_s: p.run[2][2], last_third_run_s: p.run[3][2],
        ratio: p.run_ratio, nodes: p.nodes, nodes_rising: p.run_nodes, mini_batches: p.mini_batches,
        first_third_cpu_s: p.first_process_s, last_third_cpu_s: p.last_process_s
    }) as numbers
from (
    select
        *,
        mini_batches / 3 * (greatest(run[2][2] - run[1][2], 0) + greatest(run[3][2] - run[1][2], 0)) as lost_s
    from pace_over_time
) as p
where p.run_rises
    and p.run_nodes > 0.5 * p.nodes
    and p.run_ratio
        >= threshold('script_slowing_ratio') * greatest(coalesce(p.last_items / nullif(p.first_items, 0), 1), 1)
