"""What our GPU nodes write beside the logs of a job."""
