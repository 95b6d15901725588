-- Is storage slow for some of the inputs?
-- Done mini-batches whose time outside run() (reading inputs, storing results) is at least half of a usual run() and
-- many times the usual overhead, on several nodes and in all thirds of the job: the input makes the difference, not the
-- node or the time. The first mini-batch of a worker does not count, since it opens connections. `lost_s`: their time
-- outside run() above the usual. Needs `enough_to_compare` mini-batches with recorded times.
-- fix: Check where these inputs are stored: another account or region, an archive tier, many small files. Copy them to
-- the storage of the others, or download inputs instead of mounting them.
-- reference: https://github.com/microsoft/azureml-ops-accelerator/blob/main/4-Migrate/3-PerformanceTunePRS.md
-- query: SELECT mini_batch_id, overhead_s, run_s, inputs FROM attempts WHERE job_id = {job} AND final ORDER BY
-- overhead_s DESC
-- unless: storage_slowing
-- threshold: slow_inputs_ratio = 10: time outside run() / its median in the job; from here on a mini-batch is held up
-- threshold: slow_inputs_share = 0.05: share of the mini-batches held up, from which it is reported
-- when: (SELECT count(*) FROM judged_attempts WHERE final) >= threshold('enough_to_compare')
-- and (SELECT count(*) FROM judged_attempts WHERE final AND overhead_s >= 1) >= 3
with tries as (
    select
        job_id, mini_batch_id, node, started_at, elapsed_s, run_s, overhead_s,
        ntile(3) over (partition by job_id order by started_at, mini_batch_id) as third
    from timed_attempts
    where final and outcome = 'done' and started_at is not null and run_s is not null and overhead_s is not null
    qualify row_number() over (partition by job_id, node, worker order by started_at, mini_batch_id) > 1
),

usual as materialized (
    select
        job_id,
        count(*) as mini_batches,
        count(distinct node) as nodes,
        median_of(overhead_s) as overhead_s,
        median_of(run_s) as run_s,
        sum(exact(elapsed_s))::double as busy_s
    from tries
    group by job_id
    having count(*) >= threshold('enough_to_compare')
),

held_up as (
    select
        t.job_id,
        count(*) as mini_batches,
        count(distinct t.node) as nodes,
        count(distinct t.third) as thirds,
        median_of(t.overhead_s) as overhead_s,
        sum(exact(t.overhead_s - u.overhead_s))::double as lost_s,
        arg_max({mini_batch_id: t.mini_batch_id, node: t.node, started_at: t.started_at}, {
            overhead_s: t.overhead_s, mini_batch_id: t.mini_batch_id
        }) as one
    from tries as t
    join usual as u on u.job_id = t.job_id
    where t.overhead_s >= threshold('slow_inputs_ratio') * u.overhead_s and t.overhead_s >= 0.5 * u.run_s
        and t.overhead_s >= 1
    group by t.job_id
)

select
    h.job_id,
    severity_of_loss(h.lost_s, u.busy_s) as severity,
    concat(
        'Slow storage for some inputs (probable): ', counted(h.mini_batches, 'mini-batch', 'mini-batches'),
        ' held up'
    ) as headline,
    printf(
        '%s outside run() per mini-batch, usually %s; on %d of %d nodes and throughout the job',
        spell_of(h.overhead_s), spell_of(u.overhead_s), h.nodes, u.nodes
    ) as evidence,
    time_lost(h.lost_s, 'worker') as impact,
    null as node,
    null as process,
    h.one.mini_batch_id as mini_batch_id,
    h.one.started_at as time,
    h.lost_s,
    to_json({
        mini_batches_held_up: h.mini_batches, mini_batches: u.mini_batches, overhead_s: h.overhead_s,
        usual_overhead_s: u.overhead_s, usual_run_s: u.run_s, nodes_held_up: h.nodes, nodes: u.nodes
    }) as numbers
from held_up as h
join usual as u on u.job_id = h.job_id
where h.mini_batches >= greatest(3, threshold('slow_inputs_share') * u.mini_batches)
    and h.thirds = 3
    and h.nodes > 0.5 * u.nodes
