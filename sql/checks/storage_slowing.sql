-- Does storage get slower as the job goes on?
-- The time outside run() (reading inputs, storing results: elapsed - run) rises from third to third of the job while
-- the time inside run() does not; counts only done mini-batches, and only nodes that worked at the start and at the
-- end. The logs do not record what the driver waits for in that time; storage is the usual cause. `lost_s` is the time
-- above the pace of the first third. Needs the times in the table of mini-batches, and `enough_for_trend` of them.
-- fix: Check the storage account for throttling (its metrics, other jobs at that time). Use fewer nodes or workers at
-- once, or spread inputs over accounts. If inputs are mounted, try downloading them, or the other way round.
-- reference: https://github.com/microsoft/azureml-ops-accelerator/blob/main/4-Migrate/3-PerformanceTunePRS.md
-- query: SELECT started_at, node, process, mini_batch_id, overhead_s, run_s FROM attempts WHERE job_id = {job} AND
-- final ORDER BY started_at
-- threshold: storage_slowing_share = 0.1: the overhead rises by at least this share of the elapsed time of the first
-- third
-- threshold: storage_slowing_s = 1 s: and by at least this much per mini-batch
-- threshold: run_flat_ratio = 1.15: run() counts as flat if the last third takes at most this many times the first
-- when: EXISTS (FROM pace_over_time WHERE overhead_rises)
select
    p.job_id,
    severity_of_loss(p.lost_s, p.busy_s) as severity,
    printf(
        'Storage slows down (probable): time outside run() rose from %s to %s',
        spell_of(p.overhead[1][2]), spell_of(p.overhead[3][2])
    ) as headline,
    printf(
        'first and last third of the job, on %d of %d nodes; run() stayed at %s',
        p.overhead_nodes, p.nodes, spell_of(p.run[3][2])
    ) as evidence,
    time_lost(p.lost_s, 'worker') as impact,
    null as node,
    null as process,
    null as mini_batch_id,
    p.last_third_at as time,
    p.lost_s as lost_s,
    to_json({
        first_third_overhead_s: p.overhead[1][2], middle_third_overhead_s: p.overhead[2][2],
        last_third_overhead_s: p.overhead[3][2], first_third_run_s: p.run[1][2], last_third_run_s: p.run[3][2],
        nodes: p.nodes, nodes_rising: p.overhead_nodes, mini_batches: p.mini_batches
    }) as numbers
from (
    select
        *,
        overhead[3][2] - overhead[1][2] as rise_s,
        mini_batches / 3 * (greatest(overhead[2][2] - overhead[1][2], 0) + greatest(rise_s, 0)) as lost_s
    from pace_over_time
) as p
where p.overhead_rises
    and p.overhead_nodes > 0.5 * p.nodes
    and p.rise_s >= threshold('storage_slowing_s')
    and p.rise_s >= threshold('storage_slowing_share') * (p.run[1][2] + p.overhead[1][2])
    and p.run_ratio <= threshold('run_flat_ratio')
