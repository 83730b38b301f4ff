import hashlib
from pathlib import Path

import pytest

from rbench.errors import UsageError
from rbench.tasks import final_answer_prompt, judge_prompts
from rbench.tasks.final_answer_prompt import OFFICIAL_FILES, PROMPTS, answer_prompts, template_for
from rbench.tasks.judge_prompts import EXTRACT, SCORE, read_judge_prompts
from rbench.tasks.template_file import fill


def written(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"rbench_v_{name}.txt").write_text(text, encoding="utf-8")
    return folder


def test_our_prompts_ask_for_a_box_on_the_last_line_in_both_languages() -> None:
    for prompt in PROMPTS.values():
        assert prompt.count("{question}") == 1
        assert "\\boxed{...}" in prompt
    for language in ("en", "zh"):
        with_picture, without = PROMPTS[f"{language}/picture"], PROMPTS[language]
        assert with_picture.endswith(without)
        assert with_picture != without


def test_only_the_languages_of_the_task_have_prompts() -> None:
    assert answer_prompts("rbench", ["en"], files={}, folder=None) == (
        {"en": PROMPTS["en"], "en/picture": PROMPTS["en/picture"]},
        "rbench",
    )
    assert answer_prompts("rbench", ["en", "zh"], files={}, folder=None)[0] == PROMPTS


def test_a_language_without_a_template_for_pictures_uses_its_own() -> None:
    assert template_for({"en": "a"}, "en", shown=True) == "a"
    assert template_for({"en": "a", "en/picture": "b"}, "en", shown=True) == "b"
    assert template_for({"en": "a", "en/picture": "b"}, "en", shown=False) == "a"


def test_files_replace_the_prompts_that_they_are_named_for(tmp_path: Path) -> None:
    files = {}
    for name in ("all", "zh", "picture"):
        files[name] = tmp_path / f"{name}.txt"
        files[name].write_text(f"{name} \\boxed{{x}}: {{question}}\n")
    prompts, name = answer_prompts(
        "rbench",
        ["en", "zh"],
        files={"*": files["all"], "zh": files["zh"], "en/picture": files["picture"]},
        folder=None,
    )
    assert name == "file"
    assert prompts == {
        "en": "all \\boxed{x}: {question}",
        "en/picture": "picture \\boxed{x}: {question}",
        "zh": "zh \\boxed{x}: {question}",
        "zh/picture": "zh \\boxed{x}: {question}",
    }


def test_a_bad_prompt_file_is_refused_by_name(tmp_path: Path) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_text("no place for it")
    with pytest.raises(UsageError, match=r"bad.txt' lacks the placeholder \{question\}"):
        answer_prompts("rbench", ["en"], files={"*": bad}, folder=None)
    with pytest.raises(UsageError, match=r"missing.txt' cannot be read"):
        answer_prompts("rbench", ["en"], files={"*": tmp_path / "missing.txt"}, folder=None)
    bad.write_bytes(b"\xff{question}")
    with pytest.raises(UsageError, match=r"bad.txt' cannot be read"):
        answer_prompts("rbench", ["en"], files={"*": bad}, folder=None)
    with pytest.raises(UsageError, match=r"--prompt-file zh=.*no prompt 'zh', only .*en/picture"):
        answer_prompts("rbench", ["en"], files={"zh": bad}, folder=None)


def test_the_official_prompts_are_read_from_the_folder_and_known_by_their_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path, infer_text="t {question}\n", infer_image="p {x} {question}")
    with pytest.raises(UsageError, match=r"rbench_v_infer_text.txt' is not the official template"):
        answer_prompts("official", ["en"], files={}, folder=folder)
    theirs = {"en": "t {question}", "en/picture": "p {x} {question}"}
    hashes = {k: hashlib.sha256(t.encode()).hexdigest() for k, t in theirs.items()}
    monkeypatch.setattr(final_answer_prompt, "OFFICIAL_SHA256", hashes)
    assert answer_prompts("official", ["en"], files={}, folder=folder) == (theirs, "official")


def test_the_official_prompts_need_their_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="prompt=official needs --judge-prompts DIR"):
        answer_prompts("official", ["en"], files={}, folder=None)
    with pytest.raises(UsageError, match=f"{OFFICIAL_FILES['en']}' cannot be read"):
        answer_prompts("official", ["en"], files={}, folder=tmp_path)


def test_the_judges_prompts_are_ours_unless_files_are_given(tmp_path: Path) -> None:
    ours = {"name": "rbench", "extract": EXTRACT, "score": SCORE}
    assert read_judge_prompts() == ours
    assert read_judge_prompts(written(tmp_path, infer_text="{question}")) == ours
    folder = written(tmp_path, score="{answer} {extract} {other}\n")
    assert read_judge_prompts(folder) == {
        "name": "files",
        "extract": EXTRACT,
        "score": "{answer} {extract} {other}",
    }
    written(folder, extract="{prediction}")
    assert read_judge_prompts(folder)["extract"] == "{prediction}"
    assert read_judge_prompts(folder)["name"] == "files"


def test_both_official_files_are_called_official(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {"extract": "{prediction}", "score": "{question} {answer} {extract}"}
    hashes = {k: hashlib.sha256(t.encode()).hexdigest() for k, t in texts.items()}
    monkeypatch.setattr(judge_prompts, "OFFICIAL_SHA256", hashes)
    folder = written(tmp_path, extract=texts["extract"])
    assert read_judge_prompts(folder)["name"] == "files"
    assert read_judge_prompts(written(folder, score=texts["score"]))["name"] == "official"


def test_bad_judge_prompts_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no rbench_v_extract.txt or rbench_v_score.txt"):
        read_judge_prompts(tmp_path)
    with pytest.raises(UsageError, match="is no folder"):
        read_judge_prompts(tmp_path / "none")
    with pytest.raises(UsageError, match=r"score.txt' lacks the placeholder \{extract\}"):
        read_judge_prompts(written(tmp_path, score="{answer}"))


def test_only_the_named_placeholders_are_filled_and_only_once() -> None:
    values = {"question": "{answer}", "answer": "\\1 {extract}"}
    assert fill("{question} {{answer}} √{{3}} {x} {extract}", values) == (
        "{answer} {\\1 {extract}} √{{3}} {x} {extract}"
    )
