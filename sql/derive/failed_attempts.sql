-- Which attempts failed, and what does the pattern of the failures point to?
-- The base view of the checks of failures: each failed attempt is reported by one of them. One row per attempt that
-- timed out, raised, was poisoned or ended its worker; V0 records a raised run() as a done attempt with an error and
-- without succeeded items. If a worker ended, `kind` is worker, else timeout, exception or poisoned. `points_to`: *
-- worker: its worker ended during the attempt; the checks of workers report it; * node: failures are on one node, far
-- more than its share of the attempts explains by chance, see `chance`; * input: all attempts at the mini-batch raised
-- the same error, hardly any mini-batch that raised it was done later, and at the rate at which other attempts raise,
-- chance hardly explains that so many failed in each of their attempts; * timeout, poisoned, exception: none of these.
-- `lost`: no attempt at its mini-batch was done, and none will be, since the job has ended; NULL while it runs.
-- `chance` is an upper bound of the probability that so many of the job's failing mini-batches met on that node, if
-- each attempt were as likely to fail (Chernoff: exp(-n KL(k/n || p)), with p the node's share of all attempts).
-- example: SELECT job_id, points_to, count(*) AS attempts, count(DISTINCT mini_batch_id) AS mini_batches FROM
-- failed_attempts GROUP BY ALL ORDER BY ALL LIMIT 5
-- threshold: one_node_failures = 5 mini-batches: fewer failed mini-batches on one node say nothing about that node
-- threshold: one_node_share = 0.8: share of the job's failing mini-batches that failed on that node
-- threshold: one_node_chance = 0.002: highest probability that the failures met on that node by chance
-- threshold: same_input_chance = 0.01: highest probability that so many mini-batches fail in each attempt by chance
-- threshold: same_input_share = 0.2: if more of a job's mini-batches than this raise the same error, the inputs are not
-- to blame
-- when: EXISTS (FROM judged_attempts WHERE outcome <> 'done' OR error_message IS NOT NULL)
with totals as (
    select
        job_id,
        count(*) as tries,
        count(distinct node) as nodes,
        count(*) filter (where final) as mini_batches
    from judged_attempts
    group by job_id
),

kinds as materialized (
    select
        job_id, mini_batch_id, attempt, node, process, started_at, ended_at, elapsed_s, process_s, outcome, final,
        all_attempts, items, failed_items, error_message, is_retry, file_id, line_no,
        case
            when error_message ^@ 'Process abort with unfinished' then 'worker'
            when outcome = 'timeout' then 'timeout'
            when outcome = 'poisoned' then 'poisoned'
            when outcome in ('exception', 'failed') then 'exception'
            when outcome = 'done' and succeeded = 0 and items > 0 and error_message <> '' then 'exception'
        end as kind
    from judged_attempts
    where outcome is distinct from 'done' or error_message is not null  -- others have no kind
),

failures as (
    select
        t.*,
        coalesce(d.outcome, 'done') as mini_batch_outcome,
        coalesce(mini_batch_outcome = 'done' and d.kind is null, false) as done_later,
        regexp_replace(
            regexp_extract(t.error_message, '^[^\r\n]{0,200}'), '''[^'']*''|"[^"]*"|\d+', '#', 'g'
        ) as error
    from kinds as t
    left join kinds as d on d.final and d.job_id = t.job_id and d.mini_batch_id = t.mini_batch_id
    where t.kind is not null
),

by_node as (
    select
        f.job_id, f.node, f.mini_batches, n.tries / j.tries as attempts_share, j.nodes,
        sum(f.mini_batches) over (partition by f.job_id) as failing
    from (
        select job_id, node, count(distinct mini_batch_id) as mini_batches
        from failures
        where kind in ('timeout', 'exception') and node is not null
        group by job_id, node
    ) as f
    join (select job_id, node, count(*) as tries from judged_attempts group by job_id, node) as n
        on n.job_id = f.job_id and n.node = f.node
    join totals as j on j.job_id = f.job_id
),

worst_nodes as (
    select
        job_id, node, nodes, attempts_share, mini_batches as node_failing, failing as job_failing,
        mini_batches / failing as failing_share,
        exp(-failing * (
            failing_share * ln(failing_share / attempts_share)
            + case
                when failing_share < 1 then (1 - failing_share) * ln((1 - failing_share) / (1 - attempts_share))
                else 0
            end
        )) as chance
    from by_node
    where nodes > 1 and attempts_share < 1 and mini_batches / failing > attempts_share
),

raising as (  -- how each failing mini-batch raised: `always` in each of its two or more attempts, and not done
    select
        job_id, mini_batch_id, error,
        count(*) as tries,
        not bool_or(done_later) and tries > 1 and tries = any_value(all_attempts) as always
    from failures
    where kind = 'exception' and error <> ''
    group by job_id, mini_batch_id, error
),

by_error as (
    select
        r.job_id, r.error,
        count(*) as mini_batches,
        count(*) filter (where r.always) as always_failing,
        any_value(j.mini_batches)
            * pow(any_value(u.tries) / any_value(j.tries), min(r.tries) filter (where r.always)) as expected,
        case when expected > 0 then exp(always_failing * ln(expected) - lgamma(always_failing + 1)) else 0 end as chance
    from raising as r
    join totals as j on j.job_id = r.job_id
    join (
        select job_id, coalesce(sum(tries) filter (where not always), 0) as tries
        from raising
        group by job_id
    ) as u on u.job_id = r.job_id
    group by r.job_id, r.error
)

select
    f.job_id,
    f.mini_batch_id,
    f.attempt,
    f.node,
    f.process,
    f.started_at,
    f.ended_at,
    f.elapsed_s,
    f.process_s,
    f.outcome,
    f.kind,
    f.error,
    f.error_message,
    f.final,
    f.is_retry,
    f.all_attempts,
    f.mini_batch_outcome,
    f.done_later,
    case
        when f.done_later then false
        when j.state not in ('running', 'stalled') then f.mini_batch_outcome <> 'open'
    end as lost,
    f.items,
    f.failed_items,
    t.tries as job_attempts,
    t.mini_batches as job_mini_batches,
    n.chance,
    n.attempts_share,
    n.node_failing,
    n.job_failing,
    case
        when f.kind = 'worker' then 'worker'
        when n.node is not null and f.kind <> 'poisoned' then 'node'
        when f.kind = 'exception' and not f.done_later and f.all_attempts > 1
            and e.always_failing >= 0.8 * e.mini_batches
            and e.chance <= threshold('same_input_chance')
            and e.mini_batches <= greatest(2, threshold('same_input_share') * t.mini_batches) then 'input'
        else f.kind
    end as points_to,
    f.file_id,
    f.line_no
from failures as f
join totals as t on t.job_id = f.job_id
left join jobs as j on j.job_id = f.job_id
left join worst_nodes as n
    on n.job_id = f.job_id and n.node = f.node
    and n.node_failing >= threshold('one_node_failures')
    and n.failing_share >= threshold('one_node_share')
    and n.chance * n.nodes <= threshold('one_node_chance')
left join by_error as e on e.job_id = f.job_id and e.error = f.error
