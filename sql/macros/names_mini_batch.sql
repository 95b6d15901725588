-- Does a text name this mini-batch, as in `mini-batch 7` or `mini_batch_id=7`?
-- Never NULL. Scripts print it in many ways; what names it otherwise is not found.
create or replace macro names_mini_batch(text, id) as
    coalesce(regexp_matches(
        text, '(?i)\bmini[ _-]?batch(?:[ _-]?id)?[ #:="'']{1,3}0*' || id || '(?:[^0-9.]|\.(?:[^0-9]|$)|$)'
    ), false);
