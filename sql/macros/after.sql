-- Which time is a number of seconds after another time?
-- NULL if either is NULL, or if the seconds are no sensible number: one damaged cell must not break every view.
-- example: SELECT after(TIMESTAMP '2024-03-01 10:00:00', 90.5) AS then, after(TIMESTAMP '2024-03-01 10:00:00',
-- 1e300) AS no_time
create or replace macro after(since, seconds) as
    case when abs(seconds) < 1e9 then since + to_microseconds((seconds * 1e6)::bigint) end;
