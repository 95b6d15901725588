-- Which groups does each job belong to in the aggregates of the nightly runs?
-- One row per job and group: all jobs; its experiment and compute target, where a log records them; and each of its
-- labels. The logs do not record the endpoint and the deployment: give them as labels, `--label endpoint=NAME`, and
-- they become groups of their own kind. A label with any other key is a group `key=value` of the kind label.
-- example: SELECT group_kind, group_name, count(*) AS jobs FROM job_groups GROUP BY ALL ORDER BY ALL
with labels as (
    select
        job_id,
        unnest(json_keys(told)) as key,
        told ->> ('$."' || replace(key, '"', '\"') || '"') as value
    from (
        select job_id, case when json_valid(labels) and json_type(labels) = 'OBJECT' then labels::json end as told
        from job_measures
    )
)

select job_id, 'all' as group_kind, 'all' as group_name from job_measures
union all
select job_id, 'experiment', experiment from job_measures where experiment is not null
union all
select job_id, 'compute', compute_target from job_measures where compute_target is not null
union all
select
    job_id,
    case when key in ('endpoint', 'deployment') then key else 'label' end,
    case when key in ('endpoint', 'deployment') then value else key || '=' || value end
from labels
where value is not null
