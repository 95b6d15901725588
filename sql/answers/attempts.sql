-- Which attempts were made at each mini-batch?
-- One row per attempt, however many files record it (`superseded_reports` says which reports are left out).
-- `reported_by` says where it is recorded: table, or log for attempts that no table reports, such as those in progress
-- in a running job; logs often do not give their number (`attempt`). An attempt of which only the start is recorded,
-- and which is no longer running, is not included. An attempt is not an outcome: a mini-batch that timed out and was
-- retried has two rows here and one in `mini_batches`. Two workers may both finish a mini-batch (two rows RUN_DONE):
-- these are two attempts. `final` marks the final attempt: the done one that ended last if any is done, else the last
-- one; a V0 result that replaced another one (`overrides`) takes precedence. `overhead_s` is elapsed - run, the time
-- outside run(). `is_retry`: a second or later attempt, by its number.
-- example: SELECT attempt, node, process, started_at, elapsed_s, outcome, final FROM attempts WHERE job_id =
-- 'memory-growth' AND mini_batch_id = 47 ORDER BY attempt
select
    * exclude (all_attempts, all_retries, all_started_at, all_ended_at, all_elapsed_s, total, succeeded, failed),
    succeeded as succeeded_items
from judged_attempts
