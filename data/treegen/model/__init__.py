"""What happens in a job, without a word about files."""
