-- Does a text name this mini-batch, as in `mini-batch 7` or `mini_batch_id=7`?
-- Never NULL. Scripts print it in many ways; other forms are not found.
-- example: SELECT names_mini_batch('scoring mini-batch 7 of 60', 7) AS a, names_mini_batch('scoring mini-batch 7 of
-- 60', 60) AS b
create or replace macro names_mini_batch(text, id) as
    coalesce(regexp_matches(
        text, '(?i)\bmini[ _-]?batch(?:[ _-]?id)?[ #:="'']{1,3}0*' || id || '(?:[^0-9.]|\.(?:[^0-9]|$)|$)'
    ), false);
