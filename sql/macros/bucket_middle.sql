-- Which time stands in the middle of a bucket of `duration_measures`, in seconds?
create or replace macro bucket_middle(bucket) as power(1.02::double, bucket + 0.5);
