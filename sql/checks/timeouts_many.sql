-- Do many mini-batches run into the timeout?
-- Attempts that timed out, except those that point to one node (`failures_on_one_node`). Needs several mini-batches,
-- and either a share of the job's mini-batches or one that was never done; one or two that always time out are reported
-- by `poisoned_mini_batches`. Timeout messages count as explained by this finding.
-- fix: Raise `retry_settings.timeout` (`run_invocation_timeout`), or make mini-batches smaller. If the CPU was idle
-- meanwhile, find out what run() waits for: storage, a service, a lock.
-- reference: https://learn.microsoft.com/azure/machine-learning/how-to-troubleshoot-batch-endpoints
-- query: SELECT * FROM timeouts WHERE job_id = {job} ORDER BY started_at
-- explains: unable to finish within|did not finish in|had timeout for \d+ times|No progress update in|Failed to set
-- task visible
-- threshold: timeouts_mini_batches = 3: fewer mini-batches that timed out are not reported
-- threshold: timeouts_share = 0.02: share of the mini-batches that timed out, if all of them were done later
-- when: EXISTS (FROM failed_attempts WHERE points_to = 'timeout')
with timed_out as (
    select
        job_id,
        count(*) as tries,
        count(distinct mini_batch_id) as mini_batches,
        count(distinct mini_batch_id) filter (where lost) as lost,
        count(distinct mini_batch_id) filter (where lost is null) as undecided,
        any_value(job_mini_batches) as job_mini_batches,
        sum(exact(elapsed_s))::double as elapsed_s,
        median(elapsed_s) as median_s,
        median(process_s / nullif(elapsed_s, 0)) as cpu_share,
        min(started_at) as first_at
    from failed_attempts
    where points_to = 'timeout'
    group by job_id
)

select
    t.job_id,
    case when t.lost > 0 then 'severe' else 'warning' end as severity,
    concat(
        'Timeout: ', t.mini_batches, ' of ', counted(t.job_mini_batches, 'mini-batch', 'mini-batches'), ' timed out'
    ) as headline,
    concat(
        counted(t.tries, 'attempt', 'attempts'), ' of about ', spell_of(t.median_s),
        case when t.cpu_share < 0.2 then '; the CPU was idle meanwhile: run() waits'
            when t.cpu_share > 0.6 then '; the CPU was busy: run() works too long' end
    ) as evidence,
    concat_ws(
        '; ',
        case when t.lost > 0 then counted(t.lost, 'mini-batch', 'mini-batches') || ' never completed'
            when t.undecided > 0 then counted(t.undecided, 'mini-batch', 'mini-batches') || ' not completed so far'
            else 'all completed on a retry' end,
        time_lost(t.elapsed_s, 'worker')
    ) as impact,
    null as node,
    null as process,
    null as mini_batch_id,
    t.first_at as time,
    t.elapsed_s as lost_s,
    to_json({
        mini_batches: t.mini_batches, mini_batches_of_job: t.job_mini_batches, tries: t.tries, never_done: t.lost,
        median_elapsed_s: round(t.median_s, 3), cpu_share: round(t.cpu_share, 3)
    }) as numbers
from timed_out as t
where t.mini_batches >= threshold('timeouts_mini_batches')
    and (t.lost > 0 or t.mini_batches >= threshold('timeouts_share') * t.job_mini_batches)
