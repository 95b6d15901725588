-- Which known issue does each text of a failure show?
-- One row per distinct text of `telling_texts` that shows one: each pattern is searched for once, for all views that
-- need it.
-- keep: step
-- when: EXISTS (FROM telling_texts)
with shown as materialized ( -- else the patterns are sought again for each column
    select text, known_problem_of(text) as problem
    from (select distinct text from telling_texts)
)

select
    s.text, s.problem, k.rank, k.generic, k.confidence, k.cause, fix_for(k.fix, s.text) as fix, k.reference
from shown as s
join known_problems as k on k.id = s.problem
