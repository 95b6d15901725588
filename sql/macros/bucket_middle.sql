-- Which time is in the middle of a bucket of `duration_measures`, in seconds?
-- example: SELECT bucket_middle(0) AS of_a_second, round(bucket_middle(249)) AS of_bucket_249
create or replace macro bucket_middle(bucket) as power(1.02::double, bucket + 0.5);
