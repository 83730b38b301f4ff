"""Comparing runs of questions: the numbers by hand, what is left out, and what is refused."""

import json
from pathlib import Path

import pytest

import rbench
from rbench.errors import DataError, UsageError
from rbench.leaderboards.compare import compare_runs
from rbench.leaderboards.compared import Attrition, Compared
from rbench.metrics.holm import holm
from rbench.metrics.mcnemar import exact_mcnemar
from rbench.metrics.paired import PairCounts, paired_comparison
from tests.leaderboards.compare_runs import ERROR, WRONG, run_of, scripted, skilled

EN = [(f"en/{i}", 0) for i in range(1, 13)]


def only(runs: list[rbench.SavedRun], **options: object) -> Compared:
    (found,) = compare_runs(runs, **options).comparisons  # type: ignore[arg-type]
    return found


@pytest.fixture(scope="module")
def trio(tmp_path_factory: pytest.TempPathFactory) -> list[rbench.SavedRun]:
    out = tmp_path_factory.mktemp("runs")
    skills = {"good": 0.75, "middling": 0.6, "fair": 0.58}
    return [run_of(skilled(name, skill), out) for name, skill in skills.items()]


def test_one_language_is_mcnemars_test_on_the_counts(tmp_path: Path) -> None:
    ids = [i.id for i in run_of(scripted("x", {}), tmp_path, "rbench-t-mini/en").task.items]
    english = [(i, 0) for i in ids if i.startswith("en/")][:20]
    first = scripted("first", dict.fromkeys(english[:3], WRONG))
    second = scripted("second", dict.fromkeys(english[2:14], WRONG))
    runs = [run_of(m, tmp_path, "rbench-t-mini/en", limit=20) for m in (first, second)]
    found = only(runs)
    assert found.counts == PairCounts(both=6, only_first=11, only_second=2, neither=1)
    assert found.test == "exact McNemar"
    assert found.p_value == found.adjusted_p == exact_mcnemar(11, 2)
    assert (found.first_value, found.second_value) == (17 / 20, 8 / 20)
    assert found.difference == pytest.approx(9 / 20)
    assert found.odds_ratio == 5.5
    assert found.better == "first"


def test_twins_are_one_cluster_and_the_values_are_those_of_the_tables(
    trio: list[rbench.SavedRun],
) -> None:
    found = only(trio[:2])
    means = [
        next(r for r in run.rows if (r.subset, r.metric) == ("mean", "accuracy")) for run in trio
    ]
    assert (found.first_value, found.second_value) == (means[0].value, means[1].value)
    assert (found.n, found.clusters) == (means[0].n, means[0].clusters)
    assert found.clusters == found.n / 2
    groups: dict[str, list[tuple[float, float]]] = {}
    for a, b in zip(trio[0].samples, trio[1].samples, strict=True):
        pair = a.score.values["correct"], b.score.values["correct"]
        groups.setdefault(a.item.cluster, []).append(pair)
    expected = paired_comparison(list(groups.values()))
    assert (found.low, found.high) == (expected.difference.low, expected.difference.high)
    assert found.p_value == expected.p_value


def test_swapping_the_runs_swaps_the_words_alone(trio: list[rbench.SavedRun]) -> None:
    found, swapped = only(trio[:2]), only(trio[1::-1])
    assert swapped.difference == -(found.difference or 0)
    assert (swapped.low, swapped.high) == (-(found.high or 0), -(found.low or 0))
    assert (swapped.p_value, swapped.outlook) == (found.p_value, found.outlook)
    assert (found.better, swapped.better) == ("first", "second")
    assert (swapped.first, swapped.second) == (found.second, found.first)


def test_all_pairs_and_subsets_of_a_call_are_corrected_together(
    trio: list[rbench.SavedRun],
) -> None:
    compared = compare_runs(trio, subsets=["en", "zh"])
    assert compared.tests == len(compared.comparisons) == 6
    raw = [one.p_value or 0.0 for one in compared.comparisons]
    assert [one.adjusted_p for one in compared.comparisons] == holm(raw)
    alone = only(trio[:2], subsets=["en"])
    assert alone.p_value == raw[0]
    assert alone.outlook[0].needed < compared.comparisons[0].outlook[0].needed
    names = [(one.first, one.second) for one in compare_runs(trio, against="first").comparisons]
    assert len(names) == 2
    assert names[0][0] == names[1][0]


def test_a_group_of_questions_is_compared_alone(trio: list[rbench.SavedRun]) -> None:
    levels = {s.item.data["level"] for s in trio[0].samples}
    parts = compare_runs(trio[:2], subsets=[f"level:{level}" for level in sorted(levels)])
    assert sum(one.n for one in parts.comparisons) == only(trio[:2]).n
    strict = only(trio[:2], metric="accuracy/strict")
    assert strict.difference == only(trio[:2]).difference


def test_errored_samples_are_left_out_of_both_and_bound_the_difference(tmp_path: Path) -> None:
    first = scripted("first", {("en/1", 0): ERROR, ("en/2", 0): WRONG})
    second = scripted("second", {("en/3", 0): ERROR, ("en/4", 0): WRONG, ("en/5", 0): WRONG})
    runs = [run_of(m, tmp_path, "rbench-t-mini/en", limit=10) for m in (first, second)]
    found = only(runs)
    assert found.n == 8
    assert found.difference == pytest.approx(1 / 8)
    # Of 10: the first has 8 right and 1 open, the second 7 right and 1 open.
    assert found.attrition == Attrition(1, 1, lost=2, low=0.0, high=pytest.approx(0.2))
    assert any("left out of both, 2 questions" in note for note in found.notes)
    assert any("first" in n or "incomplete" in n for n in found.notes)


def test_repeats_are_averaged_and_a_repeat_that_errored_is_left_out_of_both(tmp_path: Path) -> None:
    first = scripted("first", {("en/1", 0): WRONG, ("en/2", 1): ERROR})
    second = scripted("second", {("en/2", 0): WRONG, ("en/2", 1): WRONG, ("en/3", 0): WRONG})
    runs = [run_of(m, tmp_path, "rbench-t-mini/en", limit=4, repeats=2) for m in (first, second)]
    found = only(runs)
    # Differences: -1/2, 1 (of the repeat that is left), 1/2, 0.
    assert found.difference == pytest.approx(1 / 4)
    assert (found.n, found.test) == (4, "exact sign flips of clusters")
    assert found.attrition is not None
    assert (found.attrition.errored_first, found.attrition.lost) == (1, 0)


def test_runs_of_unequal_length_are_compared_over_what_both_have(tmp_path: Path) -> None:
    long = run_of(scripted("long", dict.fromkeys(EN[:6], WRONG)), tmp_path, limit=12)
    short = run_of(scripted("short", {}), tmp_path, "rbench-t-mini/en", limit=8)
    found = only([long, short])
    assert found.n == 8
    assert found.attrition is not None
    assert (found.attrition.alone_first, found.attrition.alone_second) == (16, 0)
    assert any("8 questions are compared" in note for note in found.notes)


def test_an_unfinished_run_is_compared_over_what_it_has_and_named(tmp_path: Path) -> None:
    whole = run_of(scripted("whole", {}), tmp_path, "rbench-t-mini/en", limit=10)
    half = run_of(scripted("half", {EN[0]: WRONG}), tmp_path, "rbench-t-mini/en", limit=10)
    journals = [p for p in half.path.rglob("*.jsonl") if "items" not in p.name]
    kept = [line for p in journals for line in p.read_text().splitlines(keepends=True)][:6]
    for path in journals:
        path.write_text("".join(kept) if path is journals[0] else "")
    (half.path / "results.json").unlink()
    found = only([whole, rbench.load_run(half.path)])  # type: ignore[list-item]
    assert found.n == 6
    assert found.attrition is not None
    assert found.attrition.not_asked_second == 4
    assert any("4 of 10 samples were not asked yet" in note for note in found.notes)


def test_replies_that_are_gone_are_named_though_the_results_count_them(tmp_path: Path) -> None:
    whole = run_of(scripted("whole", {}), tmp_path, "rbench-t-mini/en", limit=4)
    torn = run_of(scripted("torn", {EN[0]: WRONG}), tmp_path, "rbench-t-mini/en", limit=4)
    journal = torn.path / "calls.jsonl"
    journal.write_text("".join(journal.read_text().splitlines(keepends=True)[:3]))
    found = only([whole, rbench.load_run(torn.path)])  # type: ignore[list-item]
    assert found.n == 3
    assert any("lacks the replies to 1 of 4 samples" in note for note in found.notes)


def test_other_protocols_are_compared_and_their_difference_is_spelt_out(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("{question}\n{A}\n{B}\n{C}\n{D}\n{E}\n{F}\nANSWER: ?")
    model = scripted("x", {EN[0]: WRONG})
    plain = run_of(model, tmp_path, limit=3)
    own = run_of(model, tmp_path, limit=3, prompt_files={"en": words, "zh": words})
    found = only([plain, own])
    assert found.difference == 0
    assert any("different protocols" in n and "prompt" in n for n in found.notes)


def test_power_and_sample_size_are_said_for_the_difference_and_for_points(
    trio: list[rbench.SavedRun],
) -> None:
    found = only(trio[1:])
    differences = [o.difference for o in found.outlook]
    assert differences == [abs(found.difference or 0), 0.01, 0.02, 0.05]
    needed = [o.needed for o in found.outlook[1:]]
    assert needed[0] == pytest.approx(4 * needed[1], abs=4)
    assert all((o.power > 0.8) == (o.needed <= found.n) for o in found.outlook)


def test_what_is_always_equal_is_no_difference(tmp_path: Path) -> None:
    runs = [run_of(scripted(name, {EN[0]: WRONG}), tmp_path, limit=5) for name in ("one", "two")]
    found = only(runs)
    assert (found.difference, found.p_value, found.low, found.better) == (0, 1, None, None)
    assert found.outlook == ()


def test_equal_names_are_told_apart_by_settings_then_by_run(tmp_path: Path) -> None:
    def run(name: str, temperature: float) -> rbench.SavedRun:
        model = scripted(name, {})
        model.settings = {"temperature": temperature}
        return run_of(model, tmp_path, limit=2)

    found = only([run("one", 0.0), run("one", 1.0)])
    assert "temperature=0" in found.first
    assert "temperature=1" in found.second
    found = only([run("one", 0.0), run("two", 0.0)])
    assert found.first != found.second
    assert found.first_run.rpartition("-")[2] in found.first


def test_the_json_is_complete_and_the_same_again(trio: list[rbench.SavedRun]) -> None:
    one, two = (json.dumps(compare_runs(trio).to_json(), allow_nan=False) for _ in range(2))
    assert one == two
    first = json.loads(one)["comparisons"][0]
    assert {"p_value", "adjusted_p", "counts", "outlook", "better", "attrition"} <= set(first)


def test_what_cannot_be_compared_is_one_sentence(
    trio: list[rbench.SavedRun], tmp_path: Path
) -> None:
    file = tmp_path / "other.py"
    file.write_text(
        "from rbench.tasks.rbench_t_mini import RBenchTMini\n"
        "class Other(RBenchTMini):\n    name = 'other'\n"
    )
    other = run_of(scripted("x", {}), tmp_path, f"{file}@Other", limit=1)
    for runs, message in (
        (trio[:1], "needs two runs, and only"),
        ([trio[0], rbench.load_run(trio[0].path)], "needs two runs, and only"),
        ([], "none is given"),
        ([trio[0], other], "no two runs are of one task"),
    ):
        with pytest.raises(UsageError, match=message) as caught:
            compare_runs(runs)
        assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match=r"--metric 'acuracy'.*did you mean 'accuracy'"):
        compare_runs(trio, metric="acuracy")
    with pytest.raises(UsageError, match=r"--subset 'eng'.*did you mean 'en'"):
        compare_runs(trio, subsets=["eng"])
    with pytest.raises(UsageError, match="level=95"):
        compare_runs(trio, level=95)
    alone = compare_runs([*trio[:2], other])
    assert any("other has one run" in note for note in alone.notes)


def test_runs_without_a_common_question_are_refused(tmp_path: Path) -> None:
    model = scripted("x", {})
    english = run_of(model, tmp_path / "a", "rbench-t-mini/en", limit=3)
    chinese = run_of(model, tmp_path / "b", "rbench-t-mini/zh", limit=3)
    with pytest.raises(DataError, match="no answered question in common on rbench-t-mini"):
        compare_runs([english, chinese])


def test_other_data_are_refused_and_of_several_pairs_the_rest_is_compared(tmp_path: Path) -> None:
    from tests.harness.choice_files import both, write_folder

    runs = []
    for name, count in (("a", 2), ("b", 2), ("c", 3)):
        write_folder(tmp_path / name, both(count), "{config}.jsonl")
        model = scripted(name, {})
        runs.append(run_of(model, tmp_path, "rbench-t", data=tmp_path / name))
    with pytest.raises(DataError, match="other data on rbench-t"):
        compare_runs(runs[1:])
    compared = compare_runs(runs)
    assert len(compared.comparisons) == 1
    assert sum("other data" in note for note in compared.notes) == 2
