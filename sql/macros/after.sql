-- The time so many seconds after another time.
-- NULL if either is NULL or if the seconds are no sensible number (a damaged cell must not break every view).
CREATE OR REPLACE MACRO after(since, seconds) AS
    CASE WHEN abs(seconds) < 1e9 THEN since + to_microseconds((seconds * 1e6)::BIGINT) END;
