"""The stage between parsing and commit: what can be known of a job is worked out once, when its logs change."""
