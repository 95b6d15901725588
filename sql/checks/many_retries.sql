-- Is much time lost in attempts that raise and are retried successfully?
-- Counts only mini-batches that raised and were done on a later attempt: a transient error, such as a busy service.
-- Timeouts, failing nodes, inputs that always fail and workers that end have checks of their own.
-- fix: Retry calls and downloads that fail now and then inside run(), with a pause, instead of the whole mini-batch.
-- reference: docs/explanation/true-answers.md
-- query: SELECT * FROM retries WHERE job_id = {job} ORDER BY wasted_worker_s DESC
-- explains: had raised exception for \d+ times
-- threshold: retried_mini_batches = 5: fewer successfully retried mini-batches than this are not reported
-- threshold: retries_wasted_share = 0.03: share of the workers' busy time that such attempts took
-- when: EXISTS (FROM failed_attempts WHERE points_to = 'exception')
with retried as (
    select
        job_id,
        count(*) as tries,
        count(distinct mini_batch_id) as mini_batches,
        any_value(job_mini_batches) as job_mini_batches,
        sum(exact(elapsed_s))::double as wasted_worker_s,
        min(started_at) as first_at,
        mode(error order by error) as error
    from failed_attempts
    where points_to = 'exception' and done_later and not final
    group by job_id
),

busy as (
    select job_id, sum(exact(busy_s))::double as busy_s
    from node_work
    group by job_id
)

select
    job_id,
    'warning' as severity,
    concat(
        'Transient errors (probable): ', r.mini_batches, ' of ', r.job_mini_batches,
        ' mini-batches failed first and succeeded on a retry'
    ) as headline,
    concat(
        counted(r.tries, 'failed attempt', 'failed attempts'), '; most frequent error: ', cut_words(r.error, 160)
    ) as evidence,
    concat(
        time_lost(r.wasted_worker_s, 'worker'), printf(', %.0f %% of all', 100 * r.wasted_worker_s / b.busy_s)
    ) as impact,
    null as node,
    null as process,
    null as mini_batch_id,
    r.first_at as time,
    r.wasted_worker_s as lost_s,
    to_json({
        mini_batches: r.mini_batches, mini_batches_of_job: r.job_mini_batches, tries: r.tries,
        wasted_share: round(r.wasted_worker_s / b.busy_s, 4), error: r.error
    }) as numbers
from retried as r
join busy as b using (job_id)
where r.mini_batches >= threshold('retried_mini_batches')
    and b.busy_s > 0
    and r.wasted_worker_s >= threshold('retries_wasted_share') * b.busy_s
