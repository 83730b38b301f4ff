"""The rule that grades final answers without a judge. docs/answers.md states it."""

from rbench.metrics.answers.grade import grade_quickly
from rbench.metrics.answers.reading import AnswerReading, read_answer
from rbench.metrics.answers.rule import RULE_VERSION, RuleOptions, rule_options

__all__ = [
    "RULE_VERSION",
    "AnswerReading",
    "RuleOptions",
    "grade_quickly",
    "read_answer",
    "rule_options",
]
