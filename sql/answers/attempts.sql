-- Which attempts were there at each mini-batch?
-- One row per attempt, however many files tell of it (`superseded_reports` says which are left out). `reported_by` says
-- where: table, or log for attempts that no table reports, such as those a running job is at; the log often tells no
-- number of them (`attempt`). An attempt of which only its start is told, and which is not running any more, is not
-- here. An attempt is not an outcome: a mini-batch that timed out and was tried again has two rows here and one in
-- `mini_batches`. Two workers may both finish a mini-batch (two rows RUN_DONE): these are two attempts. `final` marks
-- the attempt that decided: the done one that ended last if any is done, else the last one; a V0 result that replaced
-- another one (`overrides`) goes first. `overhead_s` is elapsed - run, the time outside run(). `is_retry`: a second or
-- later attempt, by its number.
-- example: SELECT attempt, node, process, started_at, elapsed_s, outcome, final FROM attempts WHERE job_id =
-- 'memory-growth' AND mini_batch_id = 47 ORDER BY attempt
select
    * exclude (all_attempts, all_retries, all_started_at, all_ended_at, all_elapsed_s, total, succeeded, failed),
    succeeded as succeeded_items
from judged_attempts
