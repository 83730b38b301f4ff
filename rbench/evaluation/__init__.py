"""What `evaluate` is made of: requests, which model runs on which task, the two kinds of runs."""
