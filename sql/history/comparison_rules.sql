-- Which measures of jobs, and of days of groups, are compared with the past, and what counts as a change?
-- One row per measure; the last two apply to groups only. For all of them, more is worse. `kind`: time (seconds), rate
-- (events per number of chances), count, or share (0-1). A change is reported if it is at least `least_z` spreads from
-- the usual value, and is at least `least_share` of that value and at least `least_amount`: seconds for a time, events
-- for a rate or count, the difference for a share. So jitter raises no alarm. The spread is assumed to be at least
-- `noise_share` of the usual value and at least `noise_amount`, however uniform the past was. A change is severe at
-- `severe_ratio` times the usual value, or `severe_change` above it. `notable`: false where a change alone is only
-- worth a note.
-- threshold: compared_jobs_needed = 5 jobs: with fewer comparable jobs nothing is compared
-- threshold: regression_z = 4: number of spreads (MAD / 0.6745) by which a change differs from the usual value
-- threshold: regression_share = 0.2: changes smaller than this share of the usual value are jitter
-- threshold: regression_noise_share = 0.05: the spread of times is assumed to be at least this share
-- threshold: regression_job_s = 60 s: changes of a job's times smaller than this are jitter
-- threshold: regression_run_s = 0.2 s: changes of a mini-batch's times smaller than this are jitter
-- threshold: regression_events = 5: smaller increases of failed items, retries, timeouts, exceptions or restarts are
-- jitter
-- threshold: regression_jobs = 2 jobs: smaller increases of failed jobs on a day of a group are jitter
-- threshold: regression_tries = 0.05: changes smaller than this in the share of attempts that are retries, or that
-- failed, are jitter
-- threshold: regression_points = 0.1: changes of memory and overhead smaller than this (0-1) are jitter
-- threshold: regression_severe_ratio = 2: a time that is this many times the usual value is severe
-- threshold: regression_severe_failures = 0.05: a rise of the share of failed items by this much is severe
-- example: SELECT measure, kind, least_share, least_amount, severe_ratio FROM comparison_rules ORDER BY place LIMIT 3
select
    r.place,
    r.measure,
    r.title,
    r.kind,
    r.measure in ('failure_rate', 'failed_mini_batches', 'failed_jobs') as lost,
    r.notable,
    t.in_force['compared_jobs_needed']::bigint as runs_needed,
    t.in_force['regression_z'] as least_z,
    t.in_force['regression_share'] as least_share,
    t.in_force[r.least] as least_amount,
    case when r.measure in ('retries', 'timeouts', 'exceptions') then t.in_force['regression_tries'] else 0 end
        as least_change,
    case when r.kind in ('time', 'share') then t.in_force['regression_noise_share'] else 0 end as noise_share,
    r.noise_amount::double as noise_amount,
    case when r.kind = 'time' and r.notable then t.in_force['regression_severe_ratio'] end as severe_ratio,
    case when lost then t.in_force['regression_severe_failures'] end as severe_change
from (
    values
    (1, 'failure_rate', 'failed items', 'rate', 'regression_events', 0, true),
    (2, 'failed_mini_batches', 'failed mini-batches', 'rate', 'regression_events', 0, true),
    (3, 'duration_s', 'duration', 'time', 'regression_job_s', 1, true),
    (4, 'p50_run_s', 'median time in run()', 'time', 'regression_run_s', 0.01, true),
    (5, 'p95_run_s', '95th percentile of time in run()', 'time', 'regression_run_s', 0.01, true),
    (6, 'p50_elapsed_s', 'median mini-batch time', 'time', 'regression_run_s', 0.01, true),
    (7, 'p95_elapsed_s', '95th percentile of mini-batch time', 'time', 'regression_run_s', 0.01, true),
    (8, 'overhead_share', 'time outside run()', 'share', 'regression_points', 0.01, true),
    (9, 'node_s', 'node time', 'time', 'regression_job_s', 1, true),
    (10, 'retries', 'retries', 'rate', 'regression_events', 0, true),
    (11, 'timeouts', 'attempts that timed out', 'rate', 'regression_events', 0, false),
    (12, 'exceptions', 'attempts that raised an exception', 'rate', 'regression_events', 0, false),
    (13, 'restarts', 'restarted workers', 'count', 'regression_events', 0, true),
    (14, 'highest_memory', 'highest memory sample', 'share', 'regression_points', 0.02, true),
    (15, 'queue_s', 'queue time', 'time', 'regression_job_s', 30, false),
    (16, 'failed_jobs', 'failed jobs', 'rate', 'regression_jobs', 0, true),
    (17, 'wasted_share', 'wasted node time', 'share', 'regression_points', 0.02, true)
) as r (place, measure, title, kind, least, noise_amount, notable)
cross join (  -- all of them at once, which plans quicker than a question for each
    select map(list(name), list(value)) as in_force from thresholds
) as t
order by r.place
