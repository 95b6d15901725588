SELECT job_id, rank, severity, headline, fix
FROM diagnosis
WHERE severity <> 'note'
