-- Which values do the checks compare with, and which of them were changed?
-- One row per threshold. `value` is the value in force: the default, or the one in `[thresholds]` of ingest.toml when
-- jobs were loaded, or the one set for this session. Derived data of a job was calculated with the thresholds of the
-- store: `ingest diagnose --threshold NAME=VALUE` calculates it again. Views that compare jobs also use what is set in
-- SQL: `SET VARIABLE thresholds = MAP {'name': 10.0}`. `used_by` is the view whose head sets the default.
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
