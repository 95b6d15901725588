-- Where are the quantiles of elapsed time?
-- from: mini_batches
select
    count(*) as mini_batches,
    quantile_cont(elapsed_s, 0.5) as p50_s,
    quantile_cont(elapsed_s, 0.95) as p95_s,
    quantile_cont(elapsed_s, 0.99) as p99_s,
    max(elapsed_s) as max_s
from mini_batches
where job_id = $job and elapsed_s > 0 and outcome <> 'open'
