-- Which facts about a whole job are recorded, in which of its files, and with which value?
-- The base view of `reconciliation`; query that instead. One row per job, fact and source. Sources: master (the last
-- job summary line; what it scheduled and left pending), overview, progress_csv, job_result, error_summary
-- (logs/user/error.txt), user_errors (logs/user/error/*), worker_logs (messages of failed attempts), and
-- mini_batch_table (the attempts, and the entry script's events beside them). `last_at` is the time of the source's
-- last record. "Processed" includes poison mini-batches too, and all others that will not be retried (formats.md §5).
-- open_mini_batches, mini_batches_poisoned and workers_died have rows only where there are any.
-- example: SELECT fact, source, value, last_at FROM job_facts_by_source WHERE job_id = 'timeouts-retries' AND fact =
-- 'run_timeouts' ORDER BY source
with summary_lines as (
    select r.job_id, r.time as last_at, try_cast(r.fields as json) as fields
    from log_records as r
    where r.event = 'job_summary'
    qualify row_number() over (partition by r.job_id order by r.time desc nulls last, r.file_id, r.line_no desc) = 1
),

overviews as (
    select
        p.job_id,
        max(p.time) as last_at,
        max(coalesce(p.total, case when p.event = 'sched_done' then p.scheduled end)) as total,
        coalesce(
            greatest(max(p.processed), max(p.total) filter (where p.event = 'all_done')),
            case when bool_or(p.event = 'none_yet') then 0 end
        ) as processed,
        max(p.items) as items
    from progress as p
    where p.source = 'overview'
    group by p.job_id
),

metrics as (
    select
        p.job_id,
        max(p.time) as last_at,
        arg_max(p.total, p.place) as total,
        arg_max(p.processed, p.place) as completed,
        arg_max(p.failed, p.place) as bad,
        completed::hugeint + coalesce(bad, 0) as ended
    from (
        select
            *,
            case
                when p.time is not null then {
                    said_at: p.time, line_no: p.line_no, total: p.total, processed: p.processed, failed: p.failed
                }
            end as place
        from progress as p
        where p.source = 'progress_csv'
    ) as p
    group by p.job_id
),

sentences as (
    select
        r.job_id,
        case r.source when 'job_result' then 'job_result' else 'error_summary' end as source,
        r.time as last_at,
        regexp_extract(r.message, 'Processed (\d+) of (\d+) mini.batches', ['processed', 'total']) as mini_batches,
        regexp_extract_all(
            r.message, '\w+\(\) (function |method )?in the entry sc?ript had (raised exception|timeout) for \d+ times'
        ) as counts
    from log_records as r
    where r.source in ('job_result', 'user_error_summary')
),

counted_sentences as (
    select job_id, source, last_at, unnest(counts) as sentence from sentences
),

tables as (
    select
        job_id,
        max(greatest(started_at, ended_at)) as last_at,
        count(*) filter (where final and outcome <> 'open') as processed,
        count(*) filter (where final and outcome not in ('done', 'open')) as failed,
        count(*) filter (where final and outcome = 'open') as open,
        count(*) filter (where final and outcome = 'poisoned') as poisoned,
        sum(items) filter (where final and outcome <> 'open') as items,
        sum(items::hugeint - failed_items) filter (where final and outcome <> 'open') as items_succeeded,
        sum(failed_items) filter (where final and outcome <> 'open') as failed_items,
        count(*) filter (where outcome = 'exception') as exceptions,
        count(*) filter (where outcome = 'timeout') as timeouts,
        count(*) filter (
            where outcome = 'exception'
                and (error_category = 'Driver' or starts_with(error_message, 'Process abort with unfinished'))
        ) as workers_died
    from judged_attempts
    where source <> 'worker'  -- no attempts that only a log tells
    group by job_id
),

told as (
    select job_id, 'master' as source, last_at, unnest([
        {fact: 'mini_batches_total', value: try_cast(fields ->> 'tasks' as bigint)},
        {fact: 'mini_batches_processed', value: try_cast(fields ->> 'done' as bigint)},
        {fact: 'items_total', value: try_cast(fields ->> 'items' as bigint)},
        {fact: 'items_processed', value: try_cast(fields ->> 'done_items' as bigint)},
        {fact: 'items_succeeded', value: try_cast(fields ->> 'succeeded' as bigint)},
        {fact: 'failed_items', value: try_cast(fields ->> 'failed' as bigint)}
    ], recursive := true)
    from summary_lines

    union all

    select r.job_id, 'master', max(r.time), unnest([
        {fact: 'mini_batches_total', value: max(try_cast(try_cast(r.fields as json) ->> 'scheduled' as bigint))},
        {fact: 'items_total', value: max(try_cast(try_cast(r.fields as json) ->> 'items' as bigint))},
        {fact: 'open_mini_batches', value: max(try_cast(try_cast(r.fields as json) ->> 'tasks' as bigint))}
    ], recursive := true)
    from log_records as r
    where r.source = 'master' and r.event in ('queue_done', 'pending_tasks')
    group by r.job_id

    union all

    select
        r.job_id,
        'worker_logs',
        max(r.time),
        case r.event
            when 'batch_failed' then 'run_exceptions'
            when 'batch_timeout' then 'run_timeouts'
            when 'batch_aborted' then 'workers_died'
        end,
        count(*)
    from log_records as r
    where r.source = 'worker' and r.event in ('batch_failed', 'batch_timeout', 'batch_aborted')
    group by r.job_id, r.event

    union all

    select job_id, 'overview', last_at, unnest([
        {fact: 'mini_batches_total', value: total},
        {fact: 'mini_batches_processed', value: processed},
        {fact: 'items_total', value: items}
    ], recursive := true)
    from overviews

    union all

    select job_id, 'progress_csv', last_at, unnest([
        {fact: 'mini_batches_total', value: total},
        {
            fact: 'mini_batches_processed',  -- whether Completed holds the failed ones is not known: no sum above Total
            value: try_cast(case when ended > total then completed else ended end as bigint)
        },
        {fact: 'failed_mini_batches', value: bad}
    ], recursive := true)
    from metrics

    union all

    select job_id, source, last_at, unnest([
        {fact: 'mini_batches_total', value: try_cast(mini_batches.total as bigint)},
        {fact: 'mini_batches_processed', value: try_cast(mini_batches.processed as bigint)}
    ], recursive := true)
    from sentences

    union all

    select
        job_id,
        source,
        last_at,
        case when starts_with(sentence, 'init') then 'init_' else 'run_' end
            || case when contains(sentence, 'timeout') then 'timeouts' else 'exceptions' end,
        try_cast(regexp_extract(sentence, '(\d+) times', 1) as bigint)
    from counted_sentences
    where starts_with(sentence, 'init') or starts_with(sentence, 'run')

    union all

    select e.job_id, 'user_errors', max(e.time), e.phase || '_exceptions', try_cast(sum(e.occurrences) as bigint)
    from errors as e
    where e.source = 'user_error' and e.phase in ('init', 'run') and e.exception_type is not null
    group by e.job_id, e.phase

    union all

    select job_id, 'mini_batch_table', last_at, unnest([
        {fact: 'mini_batches_processed', value: processed},
        {fact: 'failed_mini_batches', value: failed},
        {fact: 'open_mini_batches', value: nullif(open, 0)},
        {fact: 'mini_batches_poisoned', value: nullif(poisoned, 0)},
        {fact: 'items_processed', value: try_cast(items as bigint)},
        {fact: 'items_succeeded', value: try_cast(items_succeeded as bigint)},
        {fact: 'failed_items', value: try_cast(failed_items as bigint)},
        {fact: 'run_exceptions', value: exceptions},
        {fact: 'run_timeouts', value: timeouts},
        {fact: 'workers_died', value: nullif(workers_died, 0)}
    ], recursive := true)
    from tables

    union all

    -- V0 tells what run() raised as an event, for an attempt that it calls processed
    select s.job_id, 'mini_batch_table', max(s.time), s.event || '_' || s.outcome || 's', count(*)
    from script_events as s
    where s.event in ('init', 'run') and s.outcome in ('exception', 'timeout')
    group by s.job_id, s.event, s.outcome
)

select job_id, fact, source, max(value) as value, max(last_at) as last_at
from told
where value is not null
group by job_id, fact, source
