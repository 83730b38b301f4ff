"""The report page: hostile text stays text, and nothing is lost."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from rbench.harness.types import Ask, Item, Reply, Row, Sample, Score
from rbench.leaderboards import report_samples
from rbench.leaderboards.report import CANARY, Report, TaskInfo, render_report, write_report

HOSTILE = (
    "<script>window.__hacked=1</script></script></textarea></title></style>--><!--"
    '<img src=x onerror="window.__hacked=2"><a href="javascript:window.__hacked=3">a</a>'
    r"$\href{javascript:window.__hacked=4}{x}$ $\text{<img src=x onerror=window.__hacked=5>}$ "
    "{{ 7 * 7 }} {% raw %} \x00 \u202egnp.exe \ud800 $unbalanced &lt;b&gt; '\" "
)


def sample(
    item_id: str = "en/1",
    *,
    reply: Reply | None = None,
    score: Score | None = None,
    question: str = "What is $x^2$?",
    subject: str = "Physics",
    repeat: int = 0,
) -> Sample:
    subset, _, cluster = item_id.partition("/")
    data = {
        "question": question,
        "options": {"A": "zero", "B": "one", "C": "two"},
        "gold": "B",
        "subject": subject,
    }
    item = Item(item_id, subset, cluster, data)
    ask = Ask("model", {"messages": [{"role": "user", "content": f"Prompt: {question}"}]})
    reply = reply if reply is not None else Reply("I think so.\nANSWER: B", usage={"output": 7})
    score = score or Score("scored", {"correct": 1.0, "strict": 1.0}, "B")
    return Sample(item, repeat, (ask,), (reply,), score)


def accuracy(subset: str = "en", value: float | None = 0.5, **given: Any) -> Row:
    interval = {"ci_low": 0.4, "ci_high": 0.6, "ci_method": "wilson"} if value is not None else {}
    return Row("demo", subset, "accuracy", value, 100, 100, **{**interval, **given})


def report(**changes: Any) -> Report:
    whole = Report(
        title="A run",
        task=TaskInfo("demo", "1", "A demonstration", "Apache-2.0", redistribute=True),
        model="baseline/first",
        run_id="demo/baseline-first-1234",
        status="complete",
        rows=[accuracy(), Row("demo", "en", "chance", 1 / 3, 100, 100)],
        samples=[sample()],
        protocol={"data": {"revision": "abc"}, "repeats": 1},
        protocol_id="0123456789abcdef",
        settings={"temperature": None},
        environment={"python": "3.11"},
        costs={"tokens": {"output": 123456}, "dollars": 1.25},
        warnings=[],
        command="rbench evaluate demo",
        version="0.1.0",
    )
    return replace(whole, **changes)


class Page(HTMLParser):
    """What a browser sees: elements with attributes, text outside and inside scripts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")
        if tag == "style":
            self.styles.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside == "style":
            self.styles[-1] += data
        else:
            self.text += data

    def tags(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag == name]

    def samples(self) -> list[dict[str, str | None]]:
        return [a for _, a in self.elements if (a.get("class") or "").split()[:1] == ["sample"]]


def hostile_report() -> Report:
    wild = sample(
        question=HOSTILE, subject=HOSTILE, reply=Reply(HOSTILE, HOSTILE, HOSTILE, error=HOSTILE)
    )
    return report(
        title=HOSTILE,
        task=TaskInfo(HOSTILE, HOSTILE, HOSTILE, HOSTILE, redistribute=False),
        model=HOSTILE,
        run_id=HOSTILE,
        rows=[accuracy(HOSTILE), accuracy(f"subject:{HOSTILE}", note=HOSTILE)],
        samples=[wild, sample(score=Score("no_answer", {HOSTILE: 0.0}, HOSTILE, HOSTILE))],
        protocol={HOSTILE: {HOSTILE: HOSTILE}},
        settings={HOSTILE: [HOSTILE, {HOSTILE: 1}]},
        warnings=[HOSTILE],
        command=HOSTILE,
        version=HOSTILE,
    )


def test_hostile_text_stays_text() -> None:
    page = Page(render_report(hostile_report()))
    tame = Page(render_report(report(samples=[sample("en/1"), sample("zh/1")])))
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in tame.elements}
    assert len(page.scripts) == len(page.tags("script")) == 2
    for _, attributes in page.elements:
        assert not any(name.startswith("on") or name == "style" for name in attributes)
    assert page.tags("img") == []
    assert "{{ 7 * 7 }}" in page.text
    assert "⟨U+202E⟩gnp.exe ⟨U+D800⟩" in page.text


def test_the_page_refers_to_nothing_outside() -> None:
    for html in (render_report(hostile_report()), render_report(report())):
        page = Page(html)
        for _, attributes in page.elements:
            assert "src" not in attributes and "action" not in attributes
            assert (attributes.get("href") or "#").startswith(("#", "data:,"))
        assert not re.search(r"url\((?!#)|@import", page.styles[0])


def test_the_policy_names_the_only_script_and_style() -> None:
    page = Page(render_report(report()))
    policy = next(m["content"] for m in page.tags("meta") if "http-equiv" in m)
    assert policy is not None and policy.startswith("default-src 'none'")
    for name, text in (("script-src", page.scripts[1]), ("style-src", page.styles[0])):
        hashed = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name} 'sha256-{hashed}';" in policy
    assert page.tags("script")[0] == {"type": "application/json", "id": "formulas"}


def test_formulas_keep_their_source_and_name_their_tree() -> None:
    page = Page(render_report(report()))
    trees = json.loads(page.scripts[0])
    (span,) = [a for a in page.tags("span") if a.get("class") == "tex"]
    assert trees[int(span["data-tex"] or "")] == ["math", ["msup", ["mi", "x"], ["mn", "2"]]]
    assert "What is $x^2$?" in page.text


def test_equal_reports_give_equal_bytes(tmp_path: Path) -> None:
    write_report(tmp_path / "a.html", hostile_report())
    write_report(tmp_path / "b.html", hostile_report())
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b.html"]


def test_every_sample_is_there_with_what_was_asked_read_and_decided() -> None:
    samples = [
        sample("en/1"),
        sample("zh/1", score=Score("scored", {"correct": 0.0}, "C"), subject="物理"),
        sample("en/2", reply=Reply("cut", finish="length"), score=Score("truncated", why="long")),
        sample("en/3", reply=Reply(error="HTTP 500"), score=Score("errored", why="HTTP 500")),
        sample("en/1", repeat=1, reply=Reply(""), score=Score("no_answer", {"correct": 0.0})),
    ]
    page = Page(render_report(report(samples=samples)))
    shown = [(s["data-subset"], s["data-outcome"], s["data-result"]) for s in page.samples()]
    assert shown == [
        ("en", "scored", "right"),
        ("zh", "scored", "wrong"),
        ("en", "truncated", "ungraded"),
        ("en", "errored", "errored"),
        ("en", "no_answer", "wrong"),
    ]
    for words in (
        "Prompt: What is",
        "I think so.",
        "key B",
        "repeat 2",
        "HTTP 500",
        "物理",
        "long",
    ):
        assert words in page.text
    options = [a["class"] for a in page.tags("tr") if "class" in a]
    assert options[:3] == ["", "gold chosen", ""]
    assert options[3:6] == ["", "gold", " chosen"]


def test_judges_and_scored_options_are_shown() -> None:
    judged = sample()
    ask = Ask("judge", {"messages": [{"role": "user", "content": [{"text": "Grade it"}]}]})
    judged = replace(judged, asks=(*judged.asks, ask), replies=(*judged.replies, Reply("right")))
    chosen = sample(reply=Reply(option_scores={"logprob": {"A": -1.25, "B": -0.5}}))
    page = Page(render_report(report(samples=[judged, chosen])))
    assert re.search(r"\sJudge\s", page.text) and "Grade it" in page.text
    assert "logprob" in page.text and "-1.250" in page.text
    twice = replace(judged, asks=(*judged.asks, ask), replies=(*judged.replies, Reply("wrong")))
    text = Page(render_report(report(samples=[twice]))).text
    assert text.index("Judge 1") < text.index("Judge 2")


def test_each_group_has_its_table_with_intervals_and_chance() -> None:
    rows = [
        *report().rows,
        accuracy("level:1", 0.75, ci_low=0.61, ci_high=0.85),
        Row("demo", "level:1", "chance", 0.125, 50, 50),
        accuracy("level:2", 0.25),
        accuracy("kind:connect_dots", 0.5),
        *(accuracy(f"subject:{i}", 0.5) for i in range(21)),
    ]
    html = render_report(report(rows=rows))
    table = re.search(r'Accuracy by level".*?</table>', html, re.DOTALL)
    assert table
    cells = re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", table[0])
    head = ["Level", "Accuracy", "95 % interval", "n", "Chance"]
    assert cells == [*head, "1", "75.0", "61.0 – 85.0", "100", "12.5",
                     "2", "25.0", "40.0 – 60.0", "100", "–"]  # fmt: skip
    assert '<th scope="row">connect dots</th>' in html
    assert "By subject, 21 lines" in html
    assert "By level" not in render_report(report())


def test_reasons_are_those_of_missing_answers_and_missing_grades() -> None:
    remark = Score("scored", {"correct": 1.0}, "B", why="drawing: off by a wall")
    slow = Score("scored", {"correct": 1.0}, "B", failed={"rule": "took longer than 5 s"})
    lost = Score("errored", why="no verdict", failed={"judge": "no verdict"})
    html = render_report(report(samples=[sample(score=s) for s in (remark, slow, slow, lost)]))
    table = re.search(r"<h3>Why there is no answer, or no grade</h3>.*?</table>", html, re.DOTALL)
    assert table
    cells = re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", table[0])[3:]
    assert cells == ["no grade: rule", "took longer than 5 s", "2", "error", "no verdict", "1"]


def test_long_replies_and_thoughts_are_folded_not_cut() -> None:
    long = "word " * 25_000
    thinking = Reply(f"<think>hidden</think>{long}end", reasoning="reasons")
    page = Page(render_report(report(samples=[sample(reply=thinking)])))
    assert f"{long}end" in page.text
    assert "Reply, 125,003 characters" in page.text
    assert "Thoughts, 7 characters" in page.text and "Thoughts, 6 characters" in page.text


def test_a_page_too_full_says_that_replies_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_samples, "FULL_PAGE", 10_000)
    reply = Reply("begin" + "x" * 20_000 + "end")
    page = Page(render_report(report(samples=[sample(reply=reply), sample("en/2")])))
    assert "12,008 characters left out" in page.text
    assert "too long for one page" in page.text
    assert "begin" in page.text and "I think so." in page.text


def test_the_numbers_are_shown_with_their_intervals() -> None:
    rows = [
        accuracy("en", 0.5),
        accuracy("zh", 0.25),
        accuracy("mean", 0.375, no_answer=7),
        Row("demo", "mean", "chance", 1 / 6, 200, 100),
        Row("demo", "en+zh", "both right", 0.2, 100, 100),
        Row("demo", "en+zh", "latency", 12.3456, 100, 100, unit="s"),
    ]
    text = Page(render_report(report(rows=rows))).text
    assert "37.5 %" in text
    assert "95 % interval 40.0 – 60.0" in text
    assert "both right20.0" in text
    assert "12.35" in text
    assert "Not told apart from chance" not in text
    likely = [accuracy(value=0.4), Row("demo", "en", "chance", 0.4, 100, 100)]
    assert "Not told apart from chance" in Page(render_report(report(rows=likely))).text


def test_an_incomplete_run_is_loud_and_gives_bounds() -> None:
    row = accuracy(value=None, low=0.5, high=0.62, errored=12)
    page = Page(render_report(report(status="incomplete", rows=[row])))
    assert {"class": "banner", "role": "alert"} in page.tags("div")
    assert "12 of 100 samples" in page.text
    assert "between 50.0 and 62.0 per cent" in page.text
    assert "50.0 to 62.0" in page.text
    assert not any(a.get("class") == "banner" for a in Page(render_report(report())).tags("div"))


def test_tolerated_errors_are_shown_beside_the_value() -> None:
    row = accuracy(value=0.52, low=0.52, high=0.54, errored=2)
    text = Page(render_report(report(rows=[row]))).text
    assert "52.0 (to 54.0) %" in text
    assert "tolerated errors count as wrong" in text
    assert "what errors leave open" in text
    text = Page(render_report(report(rows=[accuracy(value=0.52, low=0.52, high=0.52)]))).text
    assert "52.0 %" in text
    assert "tolerated" not in text and "what errors leave open" not in text


def test_a_page_is_not_titled_by_a_path_yet_says_it() -> None:
    model = "openai//data/models/llama"
    html = render_report(report(model=model, title=f"demo: {model}"))
    assert "<title>demo: openai/…/models/llama</title>" in html
    assert "<h1>openai/<wbr>…/<wbr>models/<wbr>llama</h1>" in html
    assert model in Page(html).text


def test_the_prompt_stands_before_the_reply_it_led_to() -> None:
    text = Page(render_report(report())).text
    parts = ["Prompt as sent", "Prompt: What is", "Reply", "I think so."]
    assert sorted(parts, key=text.index) == parts


def test_questions_not_to_be_passed_on_are_marked_or_left_out() -> None:
    closed = replace(report().task, redistribute=False)
    unread = Score("no_answer", {"correct": 0.0}, why="read: 'I think so'")
    held = report(task=closed, samples=[sample(question="Secret $x^2$?"), sample(score=unread)])
    private = Page(render_report(held))
    assert "Secret" in private.text and "Not for publishing" in private.text
    html = render_report(held, publishable=True)
    public = Page(html)
    for secret in ("Secret", "x^2", "zero", "I think so", "Prompt:", "Physics"):
        assert secret not in html
    row, _ = public.samples()
    assert (row["data-outcome"], row["data-result"]) == ("scored", "right")
    assert re.search(r"en/1.*[0-9a-f]{64}", public.text)
    assert "may not be passed on" in public.text
    free = Page(render_report(report(), publishable=True))
    assert "What is" in free.text and "Not for publishing" not in free.text
    for page in (private, public, free):
        assert CANARY in page.text


def test_protocol_settings_and_costs_are_shown_leaf_by_leaf() -> None:
    text = Page(render_report(report())).text
    for words in ("data, revision", "abc", "temperature", "tokens, output", "123,456", "1.25"):
        assert words in text


def test_what_was_measured_is_in_words_and_readable() -> None:
    costs = {
        "latency_seconds": {"mean": 5.9e-05, "max": 2.5},
        "wall_seconds": 0.0771,
        "sessions": [0.05, 75.0],
    }
    protocol = {"data": {"content_sha256": "abc"}, "task_version": "1"}
    text = Page(render_report(report(costs=costs, protocol=protocol))).text
    shown = " ".join(text.split())
    for words in ("latency, mean59 µs", "latency, max2.5 s", "wall time77.1 ms",
                  "sessions50 ms, 75 s", "data, content sha256abc", "task version1"):  # fmt: skip
        assert words in shown
    without = Page(render_report(report(costs={"latency_seconds": None}))).text
    assert "latency–" in without


def test_a_run_without_numbers_or_samples_still_has_a_page() -> None:
    page = Page(render_report(report(rows=[], samples=[], protocol={}, costs={})))
    assert page.samples() == []
    assert page.tags("svg") == []


def test_controls_are_labelled_and_tables_have_headings() -> None:
    html = render_report(report(samples=[sample("en/1"), sample("zh/1", subject="Logic")]))
    page = Page(html)
    labels = len(page.tags("label"))
    assert labels == len(page.tags("select")) + len(page.tags("input")) > 3
    assert {"id": "count", "aria-live": "polite"} in page.tags("output")
    assert len(re.findall("<table", html)) == len(re.findall('<thead|<table class="kv"', html))
    assert all(a.get("scope") in ("col", "row") for a in page.tags("th"))
