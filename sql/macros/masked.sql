-- What is a text without what differs from one report of it to the next?
-- Quoted texts as ?, numbers as 0. Less than a fingerprint masks: only for comparing texts of one job.
-- example: SELECT masked('could not convert ''n/a'' in line 12') AS text
create or replace macro masked(text) as
    regexp_replace(regexp_replace(text, '''[^'']*''|"[^"]*"', '?', 'g'), '\d+', '0', 'g');
