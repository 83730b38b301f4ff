"""Published figures with their sources: one CSV file per task, read by `published_rows`."""
