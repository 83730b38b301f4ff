"""Evaluating image generators: plan, noise, shards, features, merge."""
