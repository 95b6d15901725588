-- Which reported errors are causes, and which are only symptoms or noise?
-- All columns of `errors` and `rank`, the lower the nearer to the cause. Only this view ranks errors: 1 an exception, a
-- timeout or a worker that died; 2 any other error record, or one of the platform; 3 the driver's summary of what went
-- wrong; 4 "it failed", reported by an exit code or a wrapper (SystemExit: 42 means: look elsewhere); 5 harmless noise.
-- `symptom` is rank 3 and above. One error is often reported in several files: this view has a row for each report.
-- example: SELECT rank, symptom, source, exception_type, count(*) AS reports FROM error_reports WHERE job_id =
-- 'init-failure-42' GROUP BY ALL ORDER BY ALL
select
    *,
    case
        when contains(exception_message, 'Failed to set task visible') then 5
        when exception_type = 'KeyError' and regexp_matches(exception_message, '^\(\d+, \d+\)$') then 5
        when contains(exception_message, 'terminate called without an active exception') then 5
        when contains(exception_message, 'Already registered authentication for run id') then 5
        when regexp_matches(  -- a manager passes on what a child wrote, as an error whatever it is
            exception_message, '^stderr: (WARN(ING)?|INFO|DEBUG)\b|^stderr: \S*:\d+: \w*Warning: '
        ) then 5
        when source = 'common_runtime' and code is null then 5  -- stands in the logs of good jobs too
        when exception_type = 'SystemExit' or contains(exception_message, 'SystemExit: ') then 4
        when regexp_matches(exception_message, '(?i)\b(run|execution) failed\b') then 4
        when regexp_matches(
            exception_message,
            '(?i)exited with (status )?code|^job failed|^the experiment failed|^execution of experiment'
            || '|^(the job )?failed\.?$'
        ) then 4
        when regexp_matches(exception_message, '^Exit code -?\d+: killed|^Exit code -?\d+: .*signal') then 3
        when regexp_matches(exception_message, '^Exit code -?\d+') then 4
        when exception_type is null and code is not null and regexp_matches(
            exception_message,
            '(?i)\b(exited|ended|finished|terminated|died|failed|killed|crashed|returned|aborted|stopped)\b.*'
                || '\b(code|status|value|exitcode|signal)\b|^(exit|return)[ _-]?(code|status)\b'
        ) then case when regexp_matches(code, '^(-\d+|1[34]\d|SIG.*)$') or contains(exception_message, 'signal')
            then 3 else 4 end
        when regexp_matches(exception_message, '\berr exit status \d+|^.+ failed on \d+\.\d+\.\d+\.\d+') then 4
        when source = 'image_build' and regexp_matches(
            exception_message,
            '^(failed to solve|process |Building docker image failed|Run ID: |The command )'
        ) then 4
        when source = 'image_build' and exception_type in ('subprocess.CalledProcessError', 'CalledProcessError') then 4
        when regexp_matches(exception_message, '(?i)entry sc?ript (had (raised exception|timeout)|raised in)') then 3
        when regexp_matches(exception_message, 'failed in all processes|failed to process all mini batches') then 3
        when regexp_matches(exception_message, '^(Failed to )+process (task )?[\[{]')
            and not contains(exception_message, ' with ') then 3  -- cut before it says why
        when regexp_matches(exception_message, '(?i)no progress update in|exceed(s|ed) (the )?error threshold') then 3
        when regexp_matches(exception_message, '(?i)no succeeded mini.?batch item|no temp file found') then 3
        when regexp_matches(exception_type, '(^|\.)(Driver|EntryScript|Parallel(Run|Task))Exception$')
            and not contains(exception_message, 'Message: ') then 3
        when regexp_matches(exception_message, '(unable to|did not) finish (with)?in [0-9.]+ seconds') then 1
        when regexp_matches(exception_message, '^(Process abort with unfinished|Found poison message)') then 1
        when exception_type is null and contains(traceback, 'Traceback (most recent') then  -- cut
            case when contains(traceback, 'File "') then 1 else 4 end
        when source in ('driver', 'user_stream', 'child_stream') and traceback is not null
            and not contains(traceback, 'Traceback (most recent') then 1
        when source = 'image_build' then 1
        when cut and exception_type is null and traceback is null then 4  -- nobody knows how it goes on
        when exception_type is null or phase = 'platform' then 2
        else 1
    end as rank,
    rank >= 3 as symptom
from errors
