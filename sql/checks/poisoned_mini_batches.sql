-- Are there mini-batches that no attempt can finish?
-- Mini-batches that were marked as poison, or whose two or more attempts all timed out or ended their worker. Where
-- many mini-batches time out, `timeouts_many` reports them; where their workers end because memory ran out,
-- `out_of_memory` does.
-- fix: Run the inputs of that mini-batch alone: one of them may be far larger than the others or make the script hang.
-- Remove it, split it, or raise the timeout.
-- reference: docs/reference/formats.md §9
-- query: SELECT * FROM failed_attempts WHERE job_id = {job} AND points_to IN ('timeout', 'poisoned', 'worker')
-- explains: poison|Process abort with unfinished|unable to finish within|did not finish in|had timeout for \d+ times|No
-- progress update in|Failed to set task visible
-- unless: timeouts_many, out_of_memory
-- when: EXISTS (FROM failed_attempts WHERE points_to IN ('timeout', 'poisoned', 'worker'))
with mini_batches as (
    select
        job_id, mini_batch_id,
        count(*) as tries,
        any_value(items) as items,
        sum(exact(elapsed_s))::double as elapsed_s,
        min(started_at) as first_at,
        bool_or(kind = 'poisoned') as marked,
        bool_and(kind = 'worker') as deadly,
        count(distinct node) as nodes,
        any_value(lost) as lost
    from failed_attempts
    anti join (  -- an exception comes before the poison that it causes
        select f.job_id, f.mini_batch_id from failed_attempts as f where f.kind = 'exception'
        union
        select e.job_id, e.mini_batch_id from error_reports as e where e.rank = 1 and e.exception_type is not null
    ) as raised using (job_id, mini_batch_id)
    where points_to in ('timeout', 'poisoned', 'worker') and not done_later and mini_batch_outcome <> 'open'
    group by job_id, mini_batch_id
    having marked or (count(*) > 1 and count(*) = any_value(all_attempts))
)

select
    job_id,
    case when bool_or(lost) then 'severe' else 'warning' end as severity,
    concat(
        'Poison mini-batch: ', counted(count(*), 'mini-batch', 'mini-batches'), ' failed on every attempt'
    ) as headline,
    concat(
        case when count(*) > 1 then 'mini-batches ' else 'mini-batch ' end,
        some_of(list(mini_batch_id order by elapsed_s desc nulls last, mini_batch_id), 5), ': ',
        counted(sum(tries), 'attempt', 'attempts'), ' on ', counted(max(nodes), 'node', 'nodes'),
        case when bool_or(marked) then '; marked as poison by the driver' end,
        case when bool_or(deadly) then '; each attempt ended its worker process' end
    ) as evidence,
    concat_ws(
        '; ', counted(sum(items), 'item', 'items') || ' not processed',
        time_lost(sum(exact(elapsed_s))::double, 'worker')
    ) as impact,
    null as node,
    null as process,
    first(mini_batch_id order by elapsed_s desc nulls last, mini_batch_id) as mini_batch_id,
    min(first_at) as time,
    sum(exact(elapsed_s))::double as lost_s,
    to_json({
        mini_batches: count(*), tries: sum(tries), items: sum(items), marked_as_poisoned: count(*) filter (where marked)
    }) as numbers
from mini_batches
group by job_id
