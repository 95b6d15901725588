-- How does a sentence say how long something took?
-- Seconds in a suitable unit: "0.8 s", "12 min 34 s", "3 h 26 min"; NULL for NULL or if it is no sensible number.
-- example: SELECT spell_of(0.8) AS a, spell_of(754) AS b, spell_of(12345) AS c
create or replace macro spell_of(seconds) as
    case
        when seconds is null or isnan(seconds) or abs(seconds) > 1e9 then null
        when seconds < 59.95 then printf('%.1f s', seconds::double)
        when round(seconds) < 3600 then
            printf('%d min', round(seconds)::bigint // 60)
            || case when round(seconds)::bigint % 60 > 0 then printf(' %d s', round(seconds)::bigint % 60) else '' end
        else
            printf('%d h', round(seconds / 60)::bigint // 60)
            || case when round(seconds / 60)::bigint % 60 > 0 then printf(' %d min', round(seconds / 60)::bigint % 60)
                else '' end
    end;
