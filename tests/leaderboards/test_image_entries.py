"""Runs of image generators as entries: one for each evaluator."""

from typing import Any

from rbench.leaderboards.entries import Entry
from rbench.leaderboards.image_entries import image_entries
from tests.leaderboards.image_runs import PROTOCOL, results, row
from tests.leaderboards.test_image_numbers import several_sets


def entries_of(found: dict[str, Any]) -> list[Entry]:
    return list(image_entries(found, path="runs/shapes/x"))


def test_every_number_is_a_figure_and_the_first_distance_ranks() -> None:
    (entry,) = entries_of(results(steps=2))
    assert list(entry.figures) == [
        ("gray/8:pixels", "frechet"),
        ("gray/8:pixels", "precision"),
        ("gray/8:pixels", "recall"),
    ]
    assert entry.headline == ("gray/8:pixels", "frechet")
    figure = entry.figures["gray/8:pixels", "frechet"]
    assert (figure.value, figure.higher_is_better, figure.n) == (1.5, False, 1000)
    assert figure.ci_method == "jackknife (sampling of the generated images)"
    assert (entry.evaluations, entry.key) == ("2", "shapes/zoo-flow-2")
    assert entry.settings == {"batch": 64, "sampler": "euler", "steps": 2}
    assert entries_of(results("baseline/noise", steps=None))[0].evaluations == ""


def test_every_evaluator_has_an_entry_under_its_own_protocol() -> None:
    other = {**PROTOCOL, "evaluator": "adm"}
    protocols = {
        "pixels": {"id": "aaaaaaaaaaaa", "protocol": PROTOCOL},
        "adm": {"id": "bbbbbbbbbbbb", "protocol": other},
    }
    both = [row("frechet", 9.0), row("frechet", 1.0, evaluator="adm")]
    pixels, adm = entries_of(results(rows=both, protocols=protocols))
    assert (pixels.protocol_id, adm.protocol_id) == ("aaaaaaaaaaaa", "bbbbbbbbbbbb")
    assert pixels.key == "shapes/zoo-flow-1@pixels" and adm.key == "shapes/zoo-flow-1@adm"
    assert adm.protocol["evaluator"] == "adm"


def test_of_several_sets_the_mean_ranks_and_the_minimum_stands_beside_it() -> None:
    (entry,) = entries_of(results(rows=several_sets()))
    assert entry.headline is not None
    mean = entry.figures[entry.headline]
    least = entry.figures[entry.headline[0], "frechet/minimum"]
    assert mean.spread is not None and mean.clusters is not None and mean.clusters > 1
    assert "mean of" in mean.note and "minimum of" in least.note
    assert mean.value is not None and least.value is not None and least.value < mean.value


def test_what_may_not_be_ranked_says_why() -> None:
    outcomes = {"scored": 900, "no_answer": 0, "truncated": 0, "errored": 100}
    (cut,) = entries_of(results(status="incomplete", outcomes=outcomes))
    assert (cut.status, cut.notes) == ("incomplete", ("100 of 1000 images are missing.",))
    few = results(rows=[row("frechet", 1.0, comparable=False)], samples=200)
    (entry,) = entries_of(few)
    assert entry.status == "not comparable"
    assert "200 samples where the protocol has 1000" in entry.notes[-1]
    (other,) = entries_of(results(rows=[row("frechet", 1.0, comparable=False)]))
    assert "samples or reference are not those of the protocol" in other.notes[-1]
