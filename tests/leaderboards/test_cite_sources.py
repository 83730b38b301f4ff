"""The table of papers: complete entries, of things that rbench has."""

import re

import pytest

from rbench.errors import DataError
from rbench.harness.registry import TASKS
from rbench.harness.samplers import SAMPLERS
from rbench.leaderboards.cite_bibtex import bibtex_of_source
from rbench.leaderboards.cite_sources import _source, all_sources
from rbench.metrics.presets import PRESETS
from rbench.metrics.representations.registry import get_representation

METRICS = {"frechet", "frechet-infinity", "kernel", "inception-score", "precision", "recall",
           "density", "coverage", "cmmd", "fdr"}  # fmt: skip
INTERVALS = {"clustered-wilson", "clustered-t"}


def test_every_entry_is_complete() -> None:
    sources = all_sources()
    assert len({s.key for s in sources}) == len({s.arxiv for s in sources}) == len(sources) >= 20
    for source in sources:
        assert re.fullmatch(r"\d{4}\.\d{5}", source.arxiv), source
        # A number of arXiv begins with year and month.
        assert 0 <= source.year - 2000 - int(source.arxiv[:2]) <= 1, source
        assert source.title and source.authors and not source.title.endswith("."), source
        assert not {"and", "others", "et al."} & set(source.authors)
        assert set(source.key) <= set("abcdefghijklmnopqrstuvwxyz0123456789")
        assert str(source.year) in source.key


def test_every_entry_is_of_something_that_rbench_has() -> None:
    known = {
        "task": set(TASKS),
        "metric": METRICS,
        "preset": set(PRESETS),
        "sampler": {*SAMPLERS, "guidance"},
        "interval": INTERVALS,
        "judge": {"rbench", "official"},
    }
    for source in all_sources():
        assert source.of, source
        for kind, names in source.of.items():
            if kind == "representation":
                assert all(get_representation(name).name == name for name in names)
            else:
                assert set(names) <= known[kind], source


def test_the_papers_of_r_bench_are_as_the_benchmarks_state_them() -> None:
    by_task = {t: s for s in all_sources() for t in s.of.get("task", ())}
    assert by_task["rbench-t"] is by_task["rbench-m"]
    assert (by_task["rbench-t"].arxiv, by_task["rbench-v"].arxiv) == ("2505.02018", "2505.16770")
    assert bibtex_of_source(by_task["rbench-t"]) == (
        "@misc{guo2025rbench,\n"
        "  author = {Guo, Meng-Hao and Xu, Jiajun and Zhang, Yi and Song, Jiaxi and Peng, Haoyang "
        "and Deng, Yi-Xuan and Dong, Xinzhi and Nakayama, Kiyohiro and Geng, Zhengyang and "
        "Wang, Chen and Ni, Bolin and Yang, Guo-Wei and Rao, Yongming and Peng, Houwen and "
        "Hu, Han and Wetzstein, Gordon and Hu, Shi-Min},\n"
        "  title = {{R-Bench: Graduate-level Multi-disciplinary Benchmarks for LLM \\& MLLM "
        "Complex Reasoning Evaluation}},\n"
        "  year = {2025},\n"
        "  eprint = {2505.02018},\n"
        "  archivePrefix = {arXiv},\n"
        "  note = {ICML 2025},\n"
        "  url = {https://arxiv.org/abs/2505.02018},\n"
        "}"
    )


def test_names_of_authors_in_a_sentence() -> None:
    names = {source.key: source.names for source in all_sources()}
    assert names["heusel2017gans"] == "Heusel et al."
    assert names["song2020denoising"] == "Song, Meng and Ermon"
    assert names["miller2024adding"] == "Miller"
    assert names["guo2025rbenchv"] == "Guo et al."


def test_every_sampler_of_a_method_names_its_paper() -> None:
    named = {name for source in all_sources() for name in source.of.get("sampler", ())}
    assert set(SAMPLERS) - named == {"euler", "heun", "one-shot"}, "of no single method"


def test_a_damaged_entry_is_named() -> None:
    with pytest.raises(DataError, match=r"citations\.yaml, key: 'title' is missing"):
        _source("key", {"of": {}})
    with pytest.raises(DataError, match="of colour is not known"):
        _source("key", {"of": {"colour": ["red"]}})
