-- What is a text without the parts that differ between reports of it?
-- Quoted texts as ?, numbers as 0. It masks less than a fingerprint: only for comparing texts of one job.
-- example: SELECT masked('could not convert ''n/a'' in line 12') AS text
create or replace macro masked(text) as
    regexp_replace(regexp_replace(text, '''[^'']*''|"[^"]*"', '?', 'g'), '\d+', '0', 'g');
