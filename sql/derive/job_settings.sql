-- With which settings did each job run, as far as its logs record them?
-- One row per job whose logs record any. The master's settings take precedence over the driver's command line; a
-- setting that neither records is NULL, which does not mean its default. `run_timeout_s` may also come from an attempt
-- that did not finish in time (then the longest recorded time). `input_folder` is the first one scheduled, with * for
-- run ids, so that it is equal in jobs that read the same folder. `settings` has the recorded ones as one JSON object.
-- example: SELECT job_id, mini_batch_size, processes_per_node, run_timeout_s, error_threshold FROM job_settings ORDER
-- BY job_id LIMIT 4
with told as (
    select
        r.job_id,
        case r.event when 'batch_start' then 1 when 'batch_timeout' then 3 else 2 end as rank,
        -r.file_id as file_rank,
        r.line_no,
        case r.event
            when 'script_call' then options_in(r.fields ->> 'arguments')
            when 'definition' then to_json({
                nodes: r.fields ->> 'definition' ->> '$.Configuration.NodeCount',
                process_count_per_node: r.fields ->> 'definition' ->> '$.Configuration.ParallelTask.WorkerCountPerNode',
                command: r.fields ->> 'definition' ->> '$.Configuration.Command'
            })
            else try_cast(r.fields as json)
        end as fields
    from log_records as r
    where r.event in ('batch_start', 'driver_options', 'batch_timeout', 'input_folders', 'schedule_input')
        or r.event in ('script_call', 'definition')
),

ranked as (
    select
        job_id,
        rank,
        {rank: rank, file: file_rank, line: line_no} as place,
        nullif(trim(fields ->> 'mini_batch_size'), '') as mini_batch_size,
        try_cast(fields ->> 'process_count_per_node' as bigint) as processes_per_node,
        try_cast(fields ->> 'nodes' as bigint) as nodes,
        try_cast(fields ->> 'error_threshold' as bigint) as error_threshold,
        nullif(trim(fields ->> 'output_action'), '') as output_action,
        nullif(trim(fields ->> 'logging_level'), '') as logging_level,
        try_cast(fields ->> 'max_attempts' as bigint) as max_attempts,
        try_cast(coalesce(fields ->> 'run_timeout_s', fields ->> 'timeout_s') as double) as run_timeout_s,
        try_cast(fields ->> 'first_task_creation_timeout_s' as double) as first_task_creation_timeout_s,
        nullif(trim(fields ->> 'command'), '') as command,
        regexp_replace(
            nullif(coalesce(
                fields ->> 'folder', regexp_extract(fields ->> 'folders', '[''"]([^''"]+)[''"]', 1)
            ), ''),
            '(?i)[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}', '*', 'g'
        ) as input_folder
    from told
),

chosen as (
    select
        job_id,
        arg_min(mini_batch_size, place) as mini_batch_size,
        arg_min(processes_per_node, place) as processes_per_node,
        arg_min(nodes, place) as nodes,
        arg_min(error_threshold, place) as error_threshold,
        arg_min(output_action, place) as output_action,
        arg_min(logging_level, place) as logging_level,
        arg_min(max_attempts, place) as max_attempts,
        coalesce(arg_min(run_timeout_s, place) filter (where rank < 3), max(run_timeout_s)) as run_timeout_s,
        arg_min(input_folder, place) as input_folder,
        arg_min(first_task_creation_timeout_s, place) as first_task_creation_timeout_s,
        arg_min(command, place) as command
    from ranked
    group by job_id
)

select
    *,
    to_json(map_from_entries(list_filter(
        [
            {name: 'mini_batch_size', told: mini_batch_size},
            {name: 'processes_per_node', told: processes_per_node::varchar},
            {name: 'nodes', told: nodes::varchar},
            {name: 'error_threshold', told: error_threshold::varchar},
            {name: 'output_action', told: output_action},
            {name: 'logging_level', told: logging_level},
            {name: 'max_attempts', told: max_attempts::varchar},
            {name: 'run_timeout_s', told: run_timeout_s::varchar},
            {name: 'input_folder', told: input_folder},
            {name: 'first_task_creation_timeout_s', told: first_task_creation_timeout_s::varchar},
            {name: 'command', told: command}
        ],
        lambda setting: setting.told is not null
    )))::varchar as settings
from chosen
where coalesce(
    mini_batch_size, processes_per_node::varchar, nodes::varchar, error_threshold::varchar, output_action,
    logging_level, max_attempts::varchar, run_timeout_s::varchar, input_folder, first_task_creation_timeout_s::varchar,
    command
) is not null
