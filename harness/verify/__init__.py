"""Verifying a run: what its files say of one another, and what comes out of them again."""
