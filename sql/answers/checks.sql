-- What is each job checked for, and what can be done about it?
-- One row per check, those of plugins too. The `id` is the name of the view that does it. In `query`, which shows more,
-- {job} stands for the quoted job id. `explains` is a pattern: errors whose text it matches come from what was found.
-- `unless` names checks, parted by commas, that tell of the same better: where one of them finds something, this is
-- silent.
-- example: SELECT id, question FROM checks ORDER BY id LIMIT 4
select id, question, caveat, fix, reference, query, explains, unless
from check_heads
order by id
