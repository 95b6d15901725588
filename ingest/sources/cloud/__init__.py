"""Object stores as sources: Azure Blob Storage, S3, Google Cloud Storage. Needs the extra `cloud` (obstore)."""
