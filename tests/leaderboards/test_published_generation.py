"""The published figures of image generators, against figures typed again."""

import pytest

from rbench.leaderboards.published_rows import PublishedRow, published_rows
from tests.leaderboards.published_figures import counts, printed

SIX = ("inception-v3", "convnextv2-b", "dinov2-l", "mae-l", "siglip2-so400m", "clip-l")


def by(task: str, evaluator: str = "", **wanted: str) -> list[PublishedRow]:
    """Return the rows of a task with these fields; those of an evaluator, if one is named."""
    return [
        row
        for row in published_rows(task)
        if (not evaluator or row.evaluator == evaluator)
        and all(getattr(row, name) == value for name, value in wanted.items())
    ]


def value(task: str, evaluator: str = "", **wanted: str) -> float:
    """Return the one value of those fields."""
    (found,) = {row.value for row in by(task, evaluator, **wanted)}
    return found


@pytest.mark.parametrize(
    ("task", "rows", "systems"),
    [
        ("cifar10", 60, 28),
        ("imagenet64", 9, 4),
        ("imagenet128", 4, 3),
        ("imagenet256", 467, 90),
        ("imagenet512", 54, 22),
    ],
)
def test_the_files_hold_as_many_rows_and_systems_as_were_found(
    task: str, rows: int, systems: int
) -> None:
    assert counts(task) == (rows, systems)


def test_directions_are_those_of_the_metrics() -> None:
    tasks = ("cifar10", "imagenet64", "imagenet128", "imagenet256", "imagenet512")
    up = {r.metric for task in tasks for r in published_rows(task) if r.direction == "up"}
    assert up == {"is", "precision", "recall", "preferred-to-base", "preferred-to-real"}


def test_mean_flow_has_its_sizes_and_only_the_abstracts_figure_is_the_papers() -> None:
    rows = by("imagenet256", paper="2505.13447", metric="fid")
    main = [r for r in rows if r.table in ("main table", "abstract")][:6]
    assert [(r.system, r.evaluations, r.printed, r.evidence) for r in main] == [
        ("MeanFlow-B/2", "1", "6.17", "notes"),
        ("MeanFlow-M/2", "1", "5.01", "notes"),
        ("MeanFlow-L/2", "1", "3.84", "notes"),
        ("MeanFlow-XL/2", "1", "3.43", "paper"),
        ("MeanFlow-XL/2", "2", "2.93", "notes"),
        ("MeanFlow-XL/2+", "2", "2.20", "notes"),
    ]
    assert value("imagenet256", system="IMM-XL/2") == 7.77
    assert value("imagenet256", system="MeanFlow-B/4", version="p 1.5") == 66.57


def test_one_checkpoint_of_imf_has_its_figure_of_every_evaluator() -> None:
    names = {"system": "iMF-XL/2", "evaluations": "1"}
    assert value("imagenet256", "imf", metric="fid", **names) == 1.70
    assert value("imagenet256", "jit", metric="fid", **names) == 1.72
    fd_loss = {"system": "iMF-XL", "evaluations": "1"}
    assert value("imagenet256", "fd-loss", metric="fid", **fd_loss) == 1.82
    assert value("imagenet256", "fd-loss", metric="is", **fd_loss) == 278.9
    assert printed("imagenet256", "iMF-L/2", "is") == ["276.6", "278.6", "275.7"]
    (row,) = by("imagenet256", "imf", system="iMF-M/2", metric="fid")
    assert row.parameters == "" and row.guidance == "omega 10.5, interval 0.4 to 0.6"


@pytest.mark.parametrize(
    ("task", "system", "fid", "inception"),
    [
        ("imagenet256", "pMF-B/16", ["3.12", "3.11", "3.15"], ["254.6", "256.4", "252.9"]),
        ("imagenet256", "pMF-H/16", ["2.22", "2.11", "2.15"], ["268.8", "270.5", "267.2"]),
        ("imagenet512", "pMF-L/32", ["2.75", "2.73", "2.69"], ["276.8", "276.6", "276.0"]),
        ("imagenet512", "pMF-H/32", ["2.48", "2.37", "2.36"], ["284.9", "285.3", "284.3"]),
    ],
)
def test_pixel_mean_flow_has_the_papers_and_both_repositories_figures(
    task: str, system: str, fid: list[str], inception: list[str]
) -> None:
    assert printed(task, system, "fid", version="") == fid
    assert printed(task, system, "is", version="") == inception


def test_baselines_of_other_papers_are_marked_as_such() -> None:
    rows = {r.system: r for r in by("imagenet256", paper="2601.22158", evidence="other paper")
            if r.metric == "fid"}  # fmt: skip
    assert len(rows) == 18
    assert (rows["SiD2"].value, rows["JiT-G/16"].value, rows["EPG-L/16"].value) == (
        1.38, 1.82, 8.82,
    )  # fmt: skip
    assert value("imagenet512", system="sCT-XXL") == 4.29


def test_fd_loss_has_its_table_with_five_metrics() -> None:
    rows = by("imagenet256", "fd-loss", table="table 4")
    lines: dict[int, list[float]] = {}
    for row in rows:
        lines.setdefault(row.order, []).append(row.value)
    assert len(lines) == 28 and len(rows) == 140
    assert lines[1] == [1.00, 1.68, 232.2, 0.75, 0.66]
    assert lines[13] == [3.04, 1.17, 298.3, 0.79, 0.66]
    assert lines[28] == [1.89, 0.77, 310.1, 0.77, 0.68]
    assert value("imagenet256", metric="fdr6", system="JiT-B + FD-Inception") == 22.48
    assert value("imagenet256", metric="fdr6", system="pMF-B + FD-SIM", version="50 epochs") == 4.2
    assert value("imagenet256", metric="fid", version="one step, not trained for it") == 291.59
    assert value("imagenet512", metric="fdr6", system="pMF-H + FD-SIM") == 1.81


def test_fdr_has_its_six_representations() -> None:
    def ratios(system: str) -> list[float]:
        return [value("imagenet256", metric=f"fdr/{name}", system=system) for name in SIX]

    assert ratios("pMF-H + FD-SIM") == [0.46, 0.57, 1.74, 0.35, 2.46, 5.77]
    assert ratios("JiT-H") == [1.18, 2.52, 4.28, 5.65, 11.91, 20.40]
    normalisers = [r.printed for r in by("imagenet256", system="ImageNet validation")
                   if r.metric.startswith("fd/")]  # fmt: skip
    assert normalisers == ["1.68", "56.87", "14.19", "0.04", "0.60", "5.60"]


def test_what_fd_sim_was_trained_on_is_said_at_its_figures() -> None:
    notes = {
        r.metric: r.note for r in by("imagenet256", system="pMF-H + FD-SIM", table="table F.6")
    }
    trained = {metric for metric, note in notes.items() if "In the training loss" in note}
    assert trained == {"fdr/inception-v3", "fdr/mae-l", "fdr/siglip2-so400m"}


def test_consistency_models_on_imagenet_64_have_both_versions_of_sct() -> None:
    assert printed("imagenet64", "ECM-XL", "fid") == ["2.49", "1.67"]
    assert printed("imagenet64", "SCT", "fid") == ["2.42", "1.55", "2.23", "1.47"]
    assert [row.evidence for row in by("imagenet64", system="SCT")] == [
        "paper", "paper", "notes", "web",
    ]  # fmt: skip


def test_imagenet_128_has_hamgan_and_its_baselines() -> None:
    assert printed("imagenet128", "HamGAN", "fid") == ["14.80"]
    assert printed("imagenet128", "HamGAN", "is") == ["58.75"]
    assert [r.value for r in by("imagenet128", paper="1911.12287")] == [18.65, 15.94]


def test_cifar_10_tells_conditional_from_unconditional() -> None:
    def of(system: str, subset: str) -> list[str]:
        return printed("cifar10", system, "fid", subset)

    assert (of("SIM", "unconditional"), of("SIM", "conditional")) == (["2.06", "2.06"], ["1.96"])
    assert (of("FGM", "unconditional"), of("FGM", "conditional")) == (["3.08", "3.08"], ["2.58"])
    assert (of("GET-B", "unconditional"), of("GET-B", "conditional")) == (
        ["7.39"], ["6.23", "5.66"],
    )  # fmt: skip
    assert of("GET", "unconditional") == ["6.91", "5.49"]
    assert of("MeanFlow", "unconditional") == ["2.92", "<2.9", "~2.80", "~2.9", "2.92"]


def test_the_table_of_ect_stands_in_the_order_of_its_page() -> None:
    rows = by("cifar10", table="README, FID")
    assert [(r.order, r.system, r.evaluations, r.printed) for r in rows] == [
        (1, "Score SDE", "2000", "2.38"),
        (2, "Score SDE-deep", "2000", "2.20"),
        (3, "EDM", "35", "2.01"),
        (4, "PD", "1", "8.34"),
        (5, "Diff-Instruct", "1", "4.53"),
        (6, "CD-LPIPS", "1", "3.55"),
        (7, "CD-LPIPS", "2", "2.93"),
        (8, "iCT-deep", "1", "2.51"),
        (9, "iCT-deep", "2", "2.24"),
        (10, "ECM", "1", "4.54"),
        (11, "ECM", "1", "3.86"),
        (12, "ECM", "1", "3.60"),
        (13, "ECM", "2", "2.20"),
        (14, "ECM", "2", "2.15"),
        (15, "ECM", "2", "2.11"),
    ]
    assert printed("cifar10", "ECM", "fid", "unconditional")[-1] == "2.73"


def test_what_could_not_be_read_off_a_figure_is_not_given_to_a_system() -> None:
    votes = {r.metric: (r.system, r.printed) for r in by("imagenet256", table="figure 6")}
    assert votes == {
        "preferred-to-base": ("iMF-XL + FD-loss", "77.1%"),
        "preferred-to-real": ("pMF-H + FD-loss", "37.4%"),
    }
    notes = " ".join(r.note for r in by("imagenet256", table="figure 6"))
    assert all(figure in notes for figure in ("75.7", "62.3", "30.1", "26.4"))


def test_fd_dinov2_of_cifar_10_is_read_with_its_evaluations() -> None:
    rows = by("cifar10", "dgm-eval", metric="fd/dinov2-l")
    assert [(r.system, r.evaluations, r.value) for r in rows] == [
        ("EDM", "35", 145.20),
        ("StyleGAN-XL", "1", 204.60),
        ("ECM", "1", 198.51),
        ("ECM", "2", 128.63),
    ]
