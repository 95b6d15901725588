-- Which value does a check compare with?
-- The value in force of one of `thresholds`, by its name; NULL for an unknown name.
-- example: SELECT threshold('comparable_jobs') AS in_force, threshold('no_such') AS unknown
create or replace macro threshold(wanted) as (select value from thresholds where name = wanted);
