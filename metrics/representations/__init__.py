"""Feature extractors, one per file."""
