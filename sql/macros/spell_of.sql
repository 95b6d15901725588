-- How does a sentence tell how long something took?
-- Seconds in the unit that suits: "0.8 s", "45 s", "12 min", "3.4 h"; NULL for NULL or what is no sensible number.
-- example: SELECT spell_of(0.8) AS a, spell_of(754) AS b, spell_of(12345) AS c
create or replace macro spell_of(seconds) as
    case
        when seconds is null or isnan(seconds) or abs(seconds) > 1e9 then null
        when seconds < 9.95 then printf('%.1f s', seconds::double)
        when seconds < 119.5 then printf('%.0f s', seconds::double)
        when seconds < 7170 then printf('%.0f min', seconds / 60)
        else printf('%.1f h', seconds / 3600)
    end;
