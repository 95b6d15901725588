-- Which settings do the arguments of the batch driver contain, as a JSON object?
-- For arguments as the launcher prints them, a list of Python; an option that is missing, or has no value, is left out.
-- example: SELECT options_in('[''--mini_batch_size'', ''10'', ''--error_threshold'', ''5'']') AS options
create or replace macro options_in(arguments) as
    to_json({
        mini_batch_size: option_in(arguments, 'mini_batch_size'),
        error_threshold: option_in(arguments, 'error_threshold'),
        output_action: option_in(arguments, 'output_action'),
        logging_level: option_in(arguments, 'logging_level'),
        run_timeout_s: option_in(arguments, 'run_invocation_timeout'),
        max_attempts: option_in(arguments, 'run_max_try'),
        process_count_per_node: option_in(arguments, 'process_count_per_node'),
        first_task_creation_timeout_s: option_in(arguments, 'first_task_creation_timeout')
    });
