"""Fréchet distances between sets of features: the distance, its interval, its limit, FDr^k."""
