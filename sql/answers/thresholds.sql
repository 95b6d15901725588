-- Which numbers do the checks compare with, and which of them were changed?
-- One row per threshold. `value` is in force: the default, or what `[thresholds]` of ingest.toml said when jobs were
-- loaded, or what was set for this session. What is derived of a job was worked out with the thresholds of the store:
-- `ingest diagnose --threshold NAME=VALUE` does it again. Views that compare jobs use what is set in SQL, too: `SET
-- VARIABLE thresholds = MAP {'name': 10.0}`. `used_by` is the view whose head says the default.
-- example: SELECT name, value, default_value, unit, used_by FROM thresholds ORDER BY name LIMIT 4
select
    name,
    coalesce(map_extract_value(try_cast(getvariable('thresholds') as map(varchar, double)), name), setting, value)
        as value,
    value as default_value,
    unit,
    meaning,
    used_by
from threshold_heads
order by used_by, name
