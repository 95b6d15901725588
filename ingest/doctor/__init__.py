"""What `ingest doctor` looks at: the installation, and a store."""
