"""Archives as sources: zip, tar, and tar packed by gzip or zstd. Nothing is ever unpacked by its name."""
