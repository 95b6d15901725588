-- How did the job go?
-- from: job_summary
select * from job_summary where job_id = $job
