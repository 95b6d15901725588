-- Which inputs were in a mini-batch that failed?
-- One row per job and input; it stays when the records of the job are dropped. Failed is the outcome of the mini-batch,
-- not of an attempt. The logs do not record which input of a mini-batch is to blame: `inputs_together` is the smallest
-- number of inputs in one of its failed mini-batches, 1 if it was alone. Limited to the first 1,000 inputs of a job,
-- those in the smallest mini-batches first.
-- keep: history
-- example: SELECT input, failed_mini_batches, inputs_together, outcome, error_message FROM input_measures WHERE job_id
-- = 'exceptions-one-node' ORDER BY input LIMIT 2
with failed as (
    select
        job_id,
        mini_batch_id,
        outcome,
        error_message,
        len(inputs) as inputs_together,
        unnest(list_distinct(inputs)) as input
    from mini_batches
    where outcome not in ('done', 'open')
),

per_job as (
    select
        job_id,
        left(input, 300) as input,
        count(*) as failed_mini_batches,
        min(inputs_together) as inputs_together,
        arg_min(outcome, {together: inputs_together, mini_batch_id: mini_batch_id}) as outcome,
        cut_words(arg_min(error_message, {together: inputs_together, mini_batch_id: mini_batch_id}), 300)
            as error_message
    from failed
    where input is not null
    group by job_id, left(input, 300)
)

select *
from per_job
qualify row_number() over (partition by job_id order by inputs_together, input) <= 1000
