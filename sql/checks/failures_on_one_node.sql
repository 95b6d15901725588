-- Does one node fail where the others do not?
-- Attempts that raised or timed out, by the node they ran on; attempts whose worker ended are in `out_of_memory` and
-- `worker_deaths`. Needs two nodes with attempts, and so many failures on one node that chance hardly explains them
-- (see `failed_attempts`). The failed mini-batches may have been done on a retry elsewhere: then the node cost time but
-- no items.
-- fix: Check that node first: its errors, disk and memory, and what it could not reach. Resubmit on other nodes; if the
-- same machine fails again, have it replaced.
-- reference: https://stackoverflow.com/questions/67258465
-- query: SELECT * FROM failed_attempts WHERE job_id = {job} AND points_to = 'node' ORDER BY started_at
-- explains: had (raised exception|timeout) for \d+ times|no succeeded mini.?batch item
-- when: EXISTS (FROM failed_attempts WHERE points_to = 'node')
with nodes as (
    select
        job_id, node,
        count(distinct mini_batch_id) as mini_batches,
        count(distinct mini_batch_id) filter (where lost) as lost,
        count(*) as tries,
        count(*) filter (where kind = 'timeout') as timeouts,
        sum(exact(elapsed_s))::double as elapsed_s,
        min(started_at) as first_at,
        mode(error order by error) as error,
        any_value(job_failing) as job_failing,
        any_value(attempts_share) as attempts_share,
        any_value(chance) as chance
    from failed_attempts
    where points_to = 'node'
    group by job_id, node
)

select
    n.job_id,
    case when n.lost > 0 then 'severe' else 'warning' end as severity,
    concat(
        'Bad node (probable): ', n.mini_batches, ' of ',
        counted(n.job_failing, 'failing mini-batch', 'failing mini-batches'),
        ' failed on node ', n.node
    ) as headline,
    concat(
        'it ran ', printf('%.0f %%', n.attempts_share * 100), ' of the attempts; ',
        case when n.timeouts = n.tries then 'all timed out' else 'most frequent error: ' || cut_words(n.error, 160) end
    ) as evidence,
    concat_ws(
        '; ',
        case when n.lost > 0 then counted(n.lost, 'mini-batch', 'mini-batches') || ' not completed' end,
        time_lost(n.elapsed_s, 'worker')
    ) as impact,
    n.node,
    null as process,
    null as mini_batch_id,
    n.first_at as time,
    n.elapsed_s as lost_s,
    to_json({
        mini_batches: n.mini_batches, failing_mini_batches_of_job: n.job_failing, failed_attempts: n.tries,
        timeouts: n.timeouts, not_done: n.lost, share_of_attempts: round(n.attempts_share, 3), chance: n.chance,
        error: n.error
    }) as numbers
from nodes as n
qualify row_number() over (partition by n.job_id order by n.mini_batches desc, n.node) = 1
