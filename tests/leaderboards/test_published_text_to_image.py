"""The published figures of text-to-image models, against figures that were typed again."""

import pytest

from rbench.leaderboards.published_rows import PublishedRow, published_rows
from tests.leaderboards.published_figures import (
    counts,
    printed,
    systems,
    values_not_printed,
    without_a_source,
)

FILES = ("parti-prompts", "hpsv2", "geneval", "text-to-image")
ONE_STEP = ["DMD2-SDXL", "Diff-Instruct-SDXL", "SIM-SDXL", "DI++-SDXL", "DI*-SDXL"]
MANY_STEPS = ["SDXL-base", "SDXL-DPO", "SD3.5-large", "FLUX-dev"]


@pytest.mark.parametrize("task", FILES)
def test_every_row_has_a_source_and_a_value_that_is_printed_there(task: str) -> None:
    rows = published_rows(task)
    assert without_a_source(rows) == []
    assert values_not_printed(rows) == []
    assert [row.order for row in rows] == sorted(row.order for row in rows)


def test_the_files_hold_as_many_rows_and_systems_as_the_sources() -> None:
    assert counts("parti-prompts") == (100, 11)
    assert counts("hpsv2") == (54, 11)
    assert counts("geneval") == (51, 10)
    assert counts("text-to-image") == (56, 15)


def test_parti_prompts_stand_as_in_the_table_of_di() -> None:
    assert systems("parti-prompts") == [*MANY_STEPS, *ONE_STEP, "DI*-OUT-SDXL", "DI*-IN-SDXL"]
    assert printed("parti-prompts", "DI*-SDXL", "imagereward") == ["1.067", "1.140"]
    assert printed("parti-prompts", "FLUX-dev", "aesthetic") == ["5.90"]
    assert printed("parti-prompts", "SD3.5-large", "pickscore") == ["0.2306"]
    assert printed("parti-prompts", "SDXL-DPO", "clipscore") == ["33.03"]
    assert printed("parti-prompts", "SDXL-base", "seconds-per-10-images") == ["111"]
    assert printed("parti-prompts", "SIM-SDXL", "seconds-per-10-images") == ["2.22"]


def test_the_ablation_of_di_stands_with_its_two_weights() -> None:
    rows = [r for r in published_rows("parti-prompts") if r.table == "README, table 3, ablation"]
    rewards = [(r.system, r.printed) for r in rows if r.metric == "imagereward"]
    assert rewards == [
        ("DMD2-SDXL", "0.938"),
        *(("DI++-SDXL", figure) for figure in ("0.846", "1.058", "1.061")),
        ("DI*-OUT-SDXL", "1.082"),
        *(
            ("DI*-IN-SDXL", figure)
            for figure in ("0.782", "1.049", "1.031", "1.048", "1.020", "1.067", "1.140")
        ),
    ]
    assert len(rows) == 4 * len(rewards)
    assert printed("parti-prompts", "DI*-SDXL", "time-of-flux-dev") == ["1.88%"]
    assert printed("parti-prompts", "DI*-SDXL", "memory-of-flux-dev") == ["29.30%"]


def test_both_values_of_dmd2_are_shown_and_each_names_the_other() -> None:
    first, second = (r for r in published_rows("parti-prompts") if _is_dmd2_reward(r))
    assert (first.printed, second.printed) == ("0.930", "0.938")
    assert "0.938" in first.note and "0.930" in second.note


def _is_dmd2_reward(row: PublishedRow) -> bool:
    return (row.system, row.metric) == ("DMD2-SDXL", "imagereward")


def test_hpsv2_has_four_styles_whose_mean_is_the_average_of_the_source() -> None:
    lines: dict[int, list[float]] = {}
    for row in published_rows("hpsv2")[:50]:
        lines.setdefault(row.order, []).append(row.value)
    assert len(lines) == 10
    for *styles, average in lines.values():
        assert len(styles) == 4
        assert sum(styles) / 4 == pytest.approx(average, abs=0.0051)
    assert printed("hpsv2", "DI*-SDXL", "hpsv2.1", "animation") == ["32.26", "33.22"]
    assert printed("hpsv2", "FLUX-dev", "hpsv2.1", "photo") == ["29.09"]
    assert printed("hpsv2", "DMD2-SDXL", "hpsv2.1", "average") == ["27.97"]


def test_what_readers_could_not_reproduce_stands_beside_what_was_published() -> None:
    assert printed("hpsv2", "SDXL Base 0.9", "hpsv2.1", "average") == ["30.63", "28.71"]
    assert printed("hpsv2", "Infinity", "hpsv2.1", "average") == ["32.25", "30.36"]
    assert printed("geneval", "BAGEL", "accuracy", "overall") == [
        "0.82", "0.78", "0.88", "0.86", "0.44",
    ]  # fmt: skip
    rows = [r for r in published_rows("geneval") if r.version == "measured by a reader"]
    assert [r.evidence for r in rows] == ["web"] * 3


def test_geneval_has_the_official_table_first() -> None:
    rows = published_rows("geneval")
    overall = [r for r in rows if r.subset == "overall"]
    assert [(r.system, r.printed) for r in overall[:6]] == [
        ("CLIP retrieval", "0.35"),
        ("minDALL-E", "0.23"),
        ("Stable Diffusion v1.5", "0.43"),
        ("Stable Diffusion v2.1", "0.50"),
        ("Stable Diffusion XL", "0.55"),
        ("IF-XL", "0.61"),
    ]
    assert [r.evidence for r in rows] == ["official"] * 42 + ["web"] * 9
    assert [r.printed for r in rows if r.system == "Stable Diffusion XL"] == [
        "0.55", "0.98", "0.74", "0.39", "0.85", "0.15", "0.23",
    ]  # fmt: skip
    assert printed("geneval", "FGM-SD3", "accuracy", "overall") == ["0.65"]


def test_sims_table_of_text_to_image_stands_in_its_order() -> None:
    names = systems("text-to-image", "")
    assert names[0] == "SD15-Base" and names[-1] == "SIM-DiT-600M" and len(names) == 13
    assert printed("text-to-image", "SIM-DiT-600M", "aesthetic") == ["6.42"]
    assert printed("text-to-image", "SD15-LCM", "imagereward") == ["-0.37"]
    assert printed("text-to-image", "SDXL-Lightning", "pickscore") == ["0.229", "0.223"]
    study = "preference study"
    assert printed("text-to-image", "SIM", "preferred", study) == ["45.12%"]
    assert printed("text-to-image", "PixArt-alpha", "preferred", study) == ["54.88%"]
    assert printed("text-to-image", "DI++", "hpsv2.0", "coco-val") == ["28.48"]
