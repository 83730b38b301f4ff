"""Algebra is done in a process that cannot be trusted to end: what it cannot grade raises."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbench.metrics.answers.algebra import Algebra, AlgebraError
from rbench.metrics.answers.algebra_filter import is_admissible, to_latex
from rbench.metrics.answers.rule import RuleOptions

RULE = RuleOptions()
ENDLESS = "(a+b+c+d+e+f)^999"


@pytest.fixture(scope="module")
def algebra() -> Iterator[Algebra]:
    worker = Algebra()
    yield worker
    worker.close()


def worker_pid(algebra: Algebra) -> int:
    assert algebra._process is not None
    return algebra._process.pid


def test_expressions_are_compared_as_functions(algebra: Algebra) -> None:
    assert algebra.equal("(x+1)^2", "x^2+2x+1", RULE)
    assert not algebra.equal("(x+1)^2", "x^2+2x+2", RULE)


def test_what_takes_too_long_raises_and_the_next_grade_is_had(algebra: Algebra) -> None:
    quick = RuleOptions(seconds=0.3)
    with pytest.raises(AlgebraError, match=r"took longer than 0\.3 s of processor time"):
        algebra.equal(ENDLESS, "(f+e+d+c+b+a)^998", quick)
    assert algebra.equal("2ab", "2ba", RULE)


def test_what_takes_too_much_memory_raises(algebra: Algebra) -> None:
    small = RuleOptions(memory_mb=8, seconds=60)
    with pytest.raises(AlgebraError, match="took more than 8 MiB of memory"):
        algebra.equal(ENDLESS, "(f+e+d+c+b+a)^998", small)


def test_a_worker_that_is_killed_raises_and_is_replaced(algebra: Algebra) -> None:
    algebra.equal("2ab", "2ba", RULE)
    pid = worker_pid(algebra)
    killer = threading.Timer(0.2, os.kill, (pid, signal.SIGKILL))
    killer.start()
    with pytest.raises(AlgebraError, match="ended with status -9"):
        algebra.equal(ENDLESS, "(f+e+d+c+b+a)^998", RULE)
    killer.join()
    assert algebra.equal("2ab", "2ba", RULE)
    assert worker_pid(algebra) != pid


@pytest.mark.parametrize(
    "attack",
    [
        "__import__('os').system('touch {file}')",
        "x+__import__('pathlib').Path('{file}').touch()",
        "\\text{{__import__('os').system('touch {file}')}}",
        "().__class__.__bases__[0].__subclasses__()",
        'exec(\'open("{file}","w")\')',
        "x.doit()",
        "lambda: open('{file}', 'w')",
        "\\input{{{file}}}",
        "\\write18{{touch {file}}}",
    ],
)
def test_code_in_an_answer_is_never_run(algebra: Algebra, tmp_path: Path, attack: str) -> None:
    file = tmp_path / "mark"
    assert algebra.equal(attack.format(file=file), "x+1", RULE) is False
    assert algebra.equal("x+1", attack.format(file=file), RULE) is False
    assert not file.exists()


def test_a_closed_algebra_is_not_started_again() -> None:
    worker = Algebra()
    worker.close()
    with pytest.raises(AlgebraError, match="closed"):
        worker.equal("2ab", "2ba", RULE)


def test_the_worker_ends_with_its_parent() -> None:
    code = textwrap.dedent(
        """
        import os, signal
        from rbench.metrics.answers.algebra import Algebra
        from rbench.metrics.answers.rule import RuleOptions
        algebra = Algebra()
        assert algebra.equal("2ab", "2ba", RuleOptions())
        print(algebra._process.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL
    pid = int(done.stdout)
    deadline = time.monotonic() + 30
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def test_looking_at_answers_loads_no_algebra() -> None:
    code = (
        "import sys; from rbench.metrics.answers import RuleOptions, grade_quickly;"
        "import rbench.tasks.rule_grader;"
        "assert grade_quickly('5 m', '5 m', None, RuleOptions());"
        "assert grade_quickly('(x+1)^2', 'x^2', None, RuleOptions()) is None;"
        "print(sorted({'sympy', 'pint', 'math_verify', 'mpmath', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "text",
    ["__x", "x.y", "x._y", "9^99999", "9^9^9", "x" * 300, "(" * 13 + ")" * 13, "(x", "x)", "5!!",
     "1234!", "system", "a;b", "x'y\"", "x\ny", "\\frac", "x@y", "1" * 31],
)  # fmt: skip
def test_what_is_no_plain_expression_is_not_admitted(text: str) -> None:
    assert not is_admissible(text)


@pytest.mark.parametrize(
    ("plain", "latex"),
    [
        ("sqrt(x+1)", "\\sqrt{x+1}"),
        ("sqrt2", "\\sqrt{2}"),
        ("root(3,x)", "\\sqrt[3]{x}"),
        ("x^(a+b)", "x^{a+b}"),
        ("x^12", "x^{12}"),
        ("x^-1", "x^{-1}"),
        ("2*pi", "2\\cdot \\pi "),
        ("1/2x", "(1/2)x"),
        ("v^2/2g", "v^{2}/2g"),
        ("{1,2}", "\\{1,2\\}"),
        ("[1,2)", "[1,2)"),
        ("sin(x)", "\\sin (x)"),
        ("x ≥ 2", "x \\ge  2"),
    ],
)
def test_expressions_are_written_in_latex(plain: str, latex: str) -> None:
    assert is_admissible(plain)
    assert to_latex(plain) == latex


@given(st.text(st.sampled_from([*"()[]{}^_+-*/=abx12 .,'sqrtpi°%\\"]), max_size=30))
def test_any_text_is_written_or_refused(text: str) -> None:
    if is_admissible(text):
        assert "__" not in to_latex(text)
