-- How many mini-batches of each job took how long?
-- One row per job, `measure` (run, elapsed) and `bucket` with a mini-batch; it stays when the records of the job are
-- dropped. Counts of several jobs can be added, quantiles cannot: therefore a day's p95 is the p95 of all its
-- mini-batches. Bucket b holds the times from 1.02^b to 1.02^(b+1) seconds, so a quantile read from its middle is
-- accurate to 1 %; times below a microsecond are in the lowest bucket. Times are of the final attempt.
-- keep: history
-- example: SELECT job_id, measure, round(1.02 ** (bucket + 0.5), 1) AS about_s, mini_batches FROM duration_measures
-- WHERE job_id = 'clean-v4' ORDER BY mini_batches DESC, bucket, measure LIMIT 3
with timed as (
    select
        job_id,
        unnest(['run', 'elapsed']) as measure,
        unnest([run_s, elapsed_s]) as seconds
    from mini_batches
    where outcome <> 'open'
)

select
    job_id,
    measure,
    floor(ln(greatest(seconds, 1e-6)) / ln(1.02))::bigint as bucket,
    count(*) as mini_batches
from timed
where seconds is not null and isfinite(seconds)
group by all
