-- Is there a history of more than these jobs to compare with?
-- from: job_measures
select job_id from job_measures where started_at is not null limit 1
