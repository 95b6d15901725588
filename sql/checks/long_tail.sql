-- Did the last few mini-batches hold the nodes while most workers had nothing left to do?
-- The tail starts when the last mini-batch is started for the first time: from then on a free worker has nothing to do.
-- It is reported if a done mini-batch that ended in it took `long_tail_ratio` times the usual time on its node (75 %
-- quantile) and filled half of the tail, and if idle workers lost a relevant share of the job's time: every job ends
-- with some idle workers, which is no finding. Running jobs are not judged. `lost_s`: idle worker time in the tail, of
-- all workers that were present until then. Needs `enough_to_compare` mini-batches.
-- fix: Check the inputs of the last mini-batches: split large ones, put them first, or make mini-batches smaller.
-- reference: https://github.com/microsoft/azureml-ops-accelerator/blob/main/4-Migrate/3-PerformanceTunePRS.md
-- query: SELECT * FROM stragglers WHERE job_id = {job}
-- threshold: long_tail_ratio = 3: time of the mini-batch that causes the tail / 75 % quantile of its node
-- threshold: long_tail_share = 0.05: idle worker time in the tail / worker time of the job; reported from this share on
-- when: (SELECT count(*) FROM judged_attempts WHERE final) >= threshold('enough_to_compare')
with tries as materialized (
    select job_id, mini_batch_id, node, worker, outcome, started_at, ended_at, elapsed_s, final, is_retry
    from timed_attempts
    where ended_at is not null
),

jobs_ended as (
    select
        t.job_id,
        count(*) filter (where t.final) as mini_batches,
        max(t.started_at) filter (where not t.is_retry) as tail_at,
        max(t.ended_at) filter (where t.final) as last_at,
        (sum(exact(t.elapsed_s)) filter (where t.final))::double as busy_s,
        quantiles_of(case when t.final then t.elapsed_s end, 0.75) as high_s
    from tries as t
    join jobs on jobs.job_id = t.job_id and jobs.state in ('completed', 'failed')
    group by t.job_id
    having count(*) filter (where t.final) >= threshold('enough_to_compare')
),

nodes_timed as (
    select job_id, node, case when count(*) >= 5 then quantiles_of(elapsed_s, 0.75) end as high_s
    from tries
    where final
    group by job_id, node
),

longest as (  -- the mini-batch that makes the tail
    select
        t.job_id,
        count(*) as mini_batches,
        max({elapsed_s: t.elapsed_s, mini_batch_id: t.mini_batch_id, node: t.node, worker: t.worker})
            filter (where t.outcome = 'done') as one
    from tries as t
    join jobs_ended as j on j.job_id = t.job_id and t.ended_at > j.tail_at
    where t.final
    group by t.job_id
),

held as (  -- workers that were at work until about when the tail began; those replaced before are not held
    select
        w.job_id,
        count(*) as workers,
        count(distinct w.node) as nodes,
        sum(exact(epoch(j.last_at - greatest(w.last_at, j.tail_at))))::double as idle_s
    from (select job_id, node, worker, max(ended_at) as last_at from tries group by job_id, node, worker) as w
    join jobs_ended as j
        on j.job_id = w.job_id and w.last_at >= j.tail_at - to_microseconds((2e6 * j.high_s)::bigint)
    group by w.job_id
),

tails as (
    select
        j.*,
        l.mini_batches as in_tail,
        l.one,
        h.workers,
        h.nodes,
        h.idle_s,
        epoch(j.last_at - j.tail_at) as tail_s,
        coalesce(n.high_s, j.high_s) as usual_s
    from jobs_ended as j
    join longest as l using (job_id)
    join held as h using (job_id)
    left join nodes_timed as n on n.job_id = j.job_id and n.node is not distinct from l.one.node
)

select
    t.job_id,
    severity_of_loss(t.idle_s, t.busy_s + t.idle_s) as severity,
    printf(
        'Straggler: mini-batch %d kept %s waiting at the end, for %s',
        t.one.mini_batch_id, counted(t.nodes, 'node', 'nodes'), spell_of(t.tail_s)
    ) as headline,
    printf(
        'it took %s, the 75th percentile is %s; %s of %d ended last',
        spell_of(t.one.elapsed_s), spell_of(t.usual_s), counted(t.in_tail, 'mini-batch', 'mini-batches'), t.mini_batches
    ) as evidence,
    time_lost(t.idle_s, 'worker') as impact,
    t.one.node as node,
    t.one.worker as process,
    t.one.mini_batch_id as mini_batch_id,
    t.tail_at as time,
    t.idle_s as lost_s,
    to_json({
        tail_s: t.tail_s, mini_batches_in_tail: t.in_tail, mini_batches: t.mini_batches, nodes: t.nodes,
        workers: t.workers, idle_s: t.idle_s, longest_s: t.one.elapsed_s, usual_s: t.usual_s
    }) as numbers
from tails as t
where t.one.elapsed_s >= threshold('long_tail_ratio') * t.usual_s
    and t.one.elapsed_s >= 0.5 * t.tail_s
    and t.idle_s >= threshold('long_tail_share') * (t.busy_s + t.idle_s)
