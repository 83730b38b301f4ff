from rbench.cli.display import JsonMonitor, PlainMonitor
from rbench.cli.sample_progress import SampleProgress, image_forecast_text
from rbench.harness.images.types import ImageForecast, SampleCounts


def forecast(**changes: object) -> ImageForecast:
    known: dict[str, object] = {
        "task": "digits", "model": "zoo/flow-digits", "path": "runs/x", "samples": 5000,
        "repeats": 1, "done": 0, "shards": 5, "workers": 1, "evaluators": ("pixels", "classifier"),
    }  # fmt: skip
    return ImageForecast(**{**known, **changes})  # type: ignore[arg-type]


def test_the_plan_says_what_is_made_and_how_it_is_measured() -> None:
    assert image_forecast_text(forecast()).splitlines() == [
        "plan: digits on zoo/flow-digits: 5000 images, 5000 to make (5 shards in all); measured as "
        "pixels, classifier",
        "      runs/x",
    ]


def test_the_plan_of_a_resumed_run_says_what_is_left() -> None:
    text = image_forecast_text(forecast(done=14_000, repeats=3, workers=2, notes=("mind",)))
    assert "5000 images x 3 sets, 14000 done, 1000 to make (5 shards in all) by 2 workers" in text
    assert text.splitlines()[-1] == "      mind"
    done = image_forecast_text(forecast(done=5000, shards=1, workers=2))
    assert "5000 done, nothing to make; measured" in done


def test_counts_show_a_rate_while_sampling_and_the_phase_after() -> None:
    counts = SampleCounts(total=100, done=40, resumed=10)
    text = SampleProgress(counts).text()
    assert text.startswith("40/100 images (10 resumed), ") and text.endswith(" images/s, sampling")
    counts.phase = "pixels: numbers"
    assert SampleProgress(counts).text() == "40/100 images (10 resumed), pixels: numbers"
    assert SampleProgress(SampleCounts(total=5)).text() == "0/5 images, sampling"


def test_displays_show_runs_of_images(capsys) -> None:  # type: ignore[no-untyped-def]
    for monitor in (PlainMonitor(), JsonMonitor()):
        monitor.images_planned(forecast())
        monitor.images_started(SampleCounts(total=100, done=100, phase="costs"))
        monitor.stopped()
    shown = capsys.readouterr().err
    assert "100/100 images, costs" in shown
    assert '"event": "plan"' in shown and '"phase": "costs"' in shown
