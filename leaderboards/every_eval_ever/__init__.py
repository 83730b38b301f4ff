"""The schema of Every Eval Ever (https://github.com/evaleval/every_eval_ever): written and read.

The project's own code, from the descriptions in the schema of version 0.3.0; its package is needed
by the tests alone, which validate with it what is written here.
"""
