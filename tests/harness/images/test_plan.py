import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbench.errors import DataError, ModelError, RunDirectoryError, UsageError
from rbench.harness.images.plan import ImageCell, shard_size, units
from rbench.harness.images.run_image_cell import plan_image_cell
from rbench.harness.images.types import ImageSpec
from tests.harness.images.drive import Watching, opened, run
from tests.harness.images.tiny import Noisy


def cell(out: Path, model: object = "Noisy", given: object = None, **options: object) -> ImageCell:
    return plan_image_cell(*opened(out, model, given, **options))  # type: ignore[arg-type]


@given(batch=st.integers(1, 3000))
def test_a_shard_is_whole_batches_and_about_1024_samples(batch: int) -> None:
    size = shard_size(batch)
    assert size % batch == 0
    assert batch <= size <= max(1024, batch)
    assert size // batch <= 32


@given(samples=st.integers(1, 700), repeats=st.integers(1, 3))
def test_the_grid_covers_every_sample_once_and_a_larger_one_only_adds(
    tmp_path_factory: pytest.TempPathFactory, samples: int, repeats: int
) -> None:
    small = replace(BASE, samples=samples, repeats=repeats)
    grid = list(units(small))
    covered = [(u.repeat, i) for u in grid for i in range(u.start, u.stop)]
    assert covered == [(r, i) for r in range(repeats) for i in range(samples)]
    starts = {u.name: u.start for u in units(replace(small, samples=samples + 300))}
    assert all(starts[u.name] == u.start for u in grid)


BASE = ImageCell(
    task="t", task_version="1", task_entry="t", task_options={}, task_state={}, model="m",
    identity=None, settings={}, seed=0, batch=4, shard=128, threads=1, asked={}, answer_key="k",
    samples=1, repeats=1, protocol_samples=1,
)  # fmt: skip


def test_a_plan_survives_its_file(tmp_path: Path) -> None:
    planned = cell(tmp_path, limit=20, repeats=2)
    again = ImageCell.from_json(json.loads(json.dumps(planned.to_json())))
    assert again == planned
    assert planned.to_json()["kind"] == "images"
    assert planned.run_id.startswith("tiny/python-tiny.py-Noisy-")


def test_plans_of_questions_and_of_other_schemas_are_refused() -> None:
    with pytest.raises(RunDirectoryError, match="kind None"):
        ImageCell.from_json({"schema_version": 1})
    with pytest.raises(RunDirectoryError, match="schema 9"):
        ImageCell.from_json({**BASE.to_json(), "schema_version": 9})
    lacking = BASE.to_json()
    del lacking["shard"]
    with pytest.raises(RunDirectoryError, match="lacks 'shard'"):
        ImageCell.from_json(lacking)


def test_the_key_is_of_what_the_samples_depend_on_and_of_nothing_else(tmp_path: Path) -> None:
    key = cell(tmp_path).answer_key
    same = [
        cell(tmp_path, limit=20),
        cell(tmp_path, repeats=3),
        cell(tmp_path, workers=2),
        cell(tmp_path, given={"network": True}),
        cell(tmp_path, given={"keep": 0}),
    ]
    assert {c.answer_key for c in same} == {key}
    others = [
        cell(tmp_path, seed=1),
        cell(tmp_path, "Convolved"),
        cell(tmp_path, given={"labels": "random"}),
        cell(tmp_path, given={"quantise": "floor"}),
    ]
    assert len({c.answer_key for c in others} | {key}) == len(others) + 1


def test_without_an_identity_no_two_runs_share_a_folder(tmp_path: Path) -> None:
    model = Noisy()
    assert cell(tmp_path, model).identity is None
    assert cell(tmp_path, model).run_id != cell(tmp_path, model).run_id


@pytest.mark.parametrize("limit", ["1-20", "0", "-3", "many", "2.5", "²"])
def test_a_limit_that_is_no_number_of_samples_is_refused(tmp_path: Path, limit: str) -> None:
    with pytest.raises(UsageError, match="--limit"):
        cell(tmp_path, limit=limit)


def test_counts_below_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--repeats 0"):
        cell(tmp_path, repeats=0)
    with pytest.raises(UsageError, match="--workers 0"):
        cell(tmp_path, workers=0)


def test_objects_cannot_be_sent_to_workers(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"the model .* is an object"):
        cell(tmp_path, Noisy(), workers=2)
    with pytest.raises(UsageError, match=r"the task 'tiny' is an object"):
        cell(tmp_path, workers=2, task_entry="")


def test_fewer_ready_made_samples_than_asked_are_refused_with_their_number(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"20 samples, fewer than the 300 .*--limit 20"):
        cell(tmp_path, "Twenty")
    assert cell(tmp_path, "Twenty", limit=20, repeats=3).repeats == 1


def test_a_generator_of_other_images_is_refused(tmp_path: Path) -> None:
    class Large(Noisy):
        spec = ImageSpec(8, 8, 1)

    with pytest.raises(ModelError, match="8 x 8 x 1"):
        cell(tmp_path, Large())


def test_a_dry_run_shows_the_plan_and_touches_nothing(tmp_path: Path) -> None:
    watching = Watching()
    before = sorted(tmp_path.rglob("*"))
    given = {"samples": 300}
    assert run(tmp_path, "Failing", given, watching, dry_run=True, limit=200, repeats=2) is None
    (forecast,) = watching.forecasts
    assert (forecast.samples, forecast.repeats, forecast.done, forecast.shards) == (200, 2, 0, 4)
    assert forecast.evaluators == ("gray",)
    assert any("200 samples where the protocol has 300" in note for note in forecast.notes)
    assert set(tmp_path.rglob("*")) - set(before) <= {tmp_path / "real.npy"}
