-- Does `quantiles_of` estimate?
-- True while a job of more than 512 MB of logs is derived.
-- example: SELECT quantiles_are_estimates() AS estimates
create or replace macro quantiles_are_estimates() as
    false;
