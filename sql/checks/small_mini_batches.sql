-- Are the mini-batches so small that most of the time is spent starting and ending them?
-- The usual mini-batch takes less than the ten seconds of the tuning guide, and its overhead outside run() is more than
-- a few percent of it. `lost_s`: the time that merging mini-batches up to ten seconds would save, as far as the
-- overhead is per mini-batch and not per item. It is therefore calculated from the tenth with the lowest overhead, and
-- not at all if the overhead varies much between mini-batches. Needs `enough_for_trend` done mini-batches with a
-- recorded time in run().
-- fix: Raise mini_batch_size so that a mini-batch takes ten seconds or more.
-- reference: https://github.com/microsoft/azureml-ops-accelerator/blob/main/4-Migrate/3-PerformanceTunePRS.md
-- query: SELECT * FROM duration_quantiles WHERE job_id = {job} AND scope = 'job'
-- threshold: small_mini_batch_s = 10 s: shortest time of a mini-batch that the tuning guide recommends
-- threshold: small_overhead_share = 0.05: time outside run() / elapsed time; above this, small mini-batches cost time
-- when: (SELECT count(*) FROM judged_attempts WHERE final) >= threshold('enough_for_trend')
select
    t.job_id,
    severity_of_loss(t.saved_s, t.busy_s) as severity,
    printf(
        'Mini-batches too small: %s each, %.0f %% of it outside run()', spell_of(t.usual_s), 100 * t.overhead_share
    ) as headline,
    printf('median of %s mini-batches', format('{:,}', t.mini_batches)) as evidence,
    printf(
        '%s of %s worker time could be saved by mini-batches %s times as large',
        spell_of(t.saved_s), spell_of(t.busy_s), format('{:,}', t.factor)
    ) as impact,
    null as node,
    null as process,
    null as mini_batch_id,
    null as time,
    t.saved_s as lost_s,
    to_json({
        median_s: t.usual_s, median_overhead_s: t.overhead[2], overhead_share: t.overhead_share,
        mini_batches: t.mini_batches, merge: t.factor, usual_items: t.usual_items, busy_s: t.busy_s
    }) as numbers
from (
    select
        job_id,
        count(*) as mini_batches,
        median_of(elapsed_s) as usual_s,
        quantiles_of(overhead_s, [0.1, 0.5]) as overhead,
        median_of(items) as usual_items,
        sum(exact(elapsed_s))::double as busy_s,
        sum(exact(overhead_s))::double / nullif(busy_s, 0) as overhead_share,
        least(ceil(any_value(limits.small_s) / nullif(usual_s, 0)), 1_000_000)::bigint as factor,
        overhead[1] * (mini_batches - mini_batches / factor) as saved_s,
        any_value(limits.small_s) as small_s
    from timed_attempts
    cross join (select threshold('small_mini_batch_s') as small_s) as limits
    where final and outcome = 'done' and elapsed_s is not null and overhead_s is not null
    group by job_id
) as t
where t.mini_batches >= threshold('enough_for_trend')
    and t.usual_s < t.small_s
    and t.overhead_share >= threshold('small_overhead_share')
    and t.overhead[2] <= 3 * t.overhead[1]
    and t.saved_s >= 1  -- seconds: else there is nothing to gain
