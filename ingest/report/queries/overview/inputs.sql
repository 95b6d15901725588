-- Which inputs keep failing?
-- from: failing_inputs
-- Inputs of failed mini-batches in two jobs or more. The fewer inputs a failed mini-batch had, the surer that it was
-- this one.
select experiment, input, jobs_failed, failed_mini_batches, inputs_together, first_day, last_day, last_job_id as job_id,
    last_error_message
from failing_inputs
order by jobs_failed desc, inputs_together, last_day desc nulls last, input
limit 15
