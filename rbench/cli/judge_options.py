"""The options of a judge, which `evaluate` and `score` share."""

from typing import Annotated, TypeAlias

import typer

JudgeName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        envvar="RBENCH_JUDGE",
        metavar="PROVIDER/NAME",
        help="Model that judges final answers, beside the rule.",
    ),
]

JudgeArg: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        envvar="RBENCH_JUDGE_ARG", metavar="KEY=VALUE", help="Option of the judge's adapter."
    ),
]

JudgePrompts: TypeAlias = Annotated[
    str | None,
    typer.Option(
        envvar="RBENCH_JUDGE_PROMPTS", metavar="DIR", help="Templates of the judge; see docs."
    ),
]
