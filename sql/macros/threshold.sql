-- What number does a check compare with?
-- The value in force of one of `thresholds`, by its name; NULL for a name that there is not.
create or replace macro threshold(wanted) as (select value from thresholds where name = wanted);
