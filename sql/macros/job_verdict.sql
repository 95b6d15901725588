-- Does a text say that the whole job completed or failed?
-- Returns 'completed', 'failed' or NULL. For the text of job_result and the messages of the master; both also report
-- retries and failed mini-batches, so only sentences about the whole job count. A job summary is judged by its numbers:
-- not all mini-batches processed, or more failed items than the error threshold allows, is a failure.
-- example: SELECT job_verdict('Succeeded.') AS a, job_verdict('Failed. Entry script error.') AS b, job_verdict('Got
-- task 7.') AS c
create or replace macro job_verdict(message) as
    case
        when regexp_matches(
            message,
            '(?i)jobResult: ?fail|^\W*failed\b|failed to process all mini batches'
                || '|^\W*(the )?job( has| was)? (failed|cancell?ed)'
                || '|^\W*(user program|the parallelrunstep|run|execution) failed|exceed(s|ed) (the )?error threshold'
        ) then 'failed'
        when regexp_matches(message, 'There are \d+ mini batches with \d+ items\. Processed \d+ mini batches') then
            case
                when regexp_extract(message, 'There are (\d+) mini batches', 1)
                    <> regexp_extract(message, 'Processed (\d+) mini batches', 1) then 'failed'
                when try_cast(regexp_extract(message, 'error threshold is (\d+)\.', 1) as bigint)
                    < try_cast(regexp_extract(message, ' (\d+) failed\.', 1) as bigint) then 'failed'
                else 'completed'
            end
        when regexp_matches(
            message,
            '(?i)jobResult: ?(succe|compl)|processed all mini batches|execution finished with warning'
                || '|^\W*(succeeded|success|completed|finished)\b'
                || '|^\W*(the )?(job|run)( has| was| is)? (succeeded|completed|finished|successful)'
        ) then 'completed'
    end;
