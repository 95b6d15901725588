-- What is each job checked for, and what can be done about it?
-- One row per check, including those of plugins. The `id` is the name of the view that implements it. In `query`, which
-- shows more, {job} is a placeholder for the quoted job id. `explains` is a pattern: errors whose text matches it are
-- caused by what was found. `unless` names checks, separated by commas, that report the same more precisely: if one of
-- them has a finding, this check has none.
-- example: SELECT id, question FROM checks ORDER BY id LIMIT 4
select id, question, caveat, fix, reference, query, explains, unless
from check_heads
order by id
