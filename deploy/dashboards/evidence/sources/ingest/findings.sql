SELECT job_id, rank, severity, finding, remedy AS fix
FROM diagnosis
WHERE severity <> 'note'
