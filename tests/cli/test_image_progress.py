"""The progress over images, on terminals and elsewhere."""

import sys

import pytest

from rbench.cli import image_progress
from rbench.cli.image_progress import ImageProgress

Capture = pytest.CaptureFixture[str]


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(image_progress.time, "monotonic", clock)
    return clock


def test_a_line_every_ten_seconds_with_the_rate_since_the_first_images(
    clock: Clock, capsys: Capture
) -> None:
    with ImageProgress() as progress:
        for done in range(16, 161, 16):
            progress("fake", done, 160)
            clock.now += 3
    assert capsys.readouterr().err.splitlines() == [
        "fake: 80/160 images, 5.3 images/s",
        "fake: 144/160 images, 5.3 images/s",
        "fake: 160/160 images, 5.3 images/s",
    ]


def test_what_takes_under_a_second_says_nothing(clock: Clock, capsys: Capture) -> None:
    with ImageProgress() as progress:
        for done in (16, 32):
            progress("real", done, 32)
            clock.now += 0.2
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar_for_each_side(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with ImageProgress() as progress:
        for label in ("fake", "real"):
            for done in (8, 16):
                progress(label, done, 16)
        assert progress._bar is not None
        tasks = progress._bar.tasks
        assert [(t.description, t.completed, t.total) for t in tasks] == [
            ("fake", 16, 16), ("real", 16, 16)
        ]  # fmt: skip
