-- Is there a history of more than these jobs to compare with?
-- from: job_history
select job_id from job_history where started_at is not null limit 1
