"""axe-core in the browser of the tests: what it finds wrong with the page that is open."""

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

from selenium import webdriver

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_CALL = """
axe.run(document, {runOnly: {type: "tag", values: %s}, rules: %s, resultTypes: ["violations"]})
.then((found) => found.violations.flatMap((result) => result.nodes.map((node) =>
  [result.id, node.target.join(" "), node.html.slice(0, 160), node.failureSummary].join("\\n  "))))
"""


@cache
def source() -> str:
    """Return axe-core, which the wheel axe-playwright-python carries (MPL-2.0)."""
    spec = importlib.util.find_spec("axe_playwright_python")
    assert spec and spec.submodule_search_locations, (
        "install axe-core for the browser tests: pip install --no-deps axe-playwright-python==0.1.8"
    )
    return (Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


def violations(page: webdriver.Chrome, *, colours: bool = True) -> list[str]:
    """Return what axe-core finds in the open page, one text a rule and element; best is none.

    It is evaluated past the page's content policy, which rightly refuses it. Without `colours`
    the rule of contrast, its slowest, is left out: `contrast.faint` measures more.
    """
    _evaluate(page, source())
    rules = {} if colours else {"color-contrast": {"enabled": False}}
    found: list[str] = _evaluate(page, _CALL % (json.dumps(TAGS), json.dumps(rules)))
    return found


def _evaluate(page: webdriver.Chrome, expression: str) -> Any:
    asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
    answer = page.execute_cdp_cmd("Runtime.evaluate", asked)
    assert "exceptionDetails" not in answer, answer
    return answer["result"].get("value")
