"""`rbench metrics` and `rbench stats` as their users type them."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rbench.cli import main
from tests.metrics.evaluation.image_sets import two_folders
from tests.metrics.representations.pictures import crops

Capture = pytest.CaptureFixture[str]
R = ("-r", "pixels/16")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    real, fake = two_folders(tmp_path_factory.mktemp("images"), n=40, size=16)
    return str(real), str(fake)


def json_of(capsys: Capture, *arguments: str) -> dict[str, object]:
    capsys.readouterr()
    assert main(["metrics", *arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    return {row["metric"]: row["result"]["value"] for row in found["rows"]}


def test_the_roles_are_named_and_echoed(folders: tuple[str, str], capsys: Capture) -> None:
    real, fake = folders
    assert main(["metrics", "all", "--real", real, "--fake", fake, *R]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"real: {real}, 40 images, 16x16, PNG\nfake: {fake}, 40 images")
    for metric in ("frechet", "kernel", "precision", "recall", "density", "coverage"):
        assert f"| {metric} " in out
    assert "not the bias of finite n" in out
    assert "recall: share of real samples in the ball of some fake one; k=3" in out
    assert "|" not in err


def test_zip_npz_and_folder_give_one_number(
    folders: tuple[str, str], tmp_path: Path, capsys: Capture
) -> None:
    real, fake = folders
    files = sorted(Path(fake).iterdir())
    with zipfile.ZipFile(tmp_path / "fake.zip", "w") as archive:
        for file in files:
            archive.write(file, file.name)
    np.savez(tmp_path / "fake.npz", arr_0=np.stack([np.asarray(Image.open(f)) for f in files]))
    numbers = [
        json_of(capsys, "frechet", "kernel", "--real", real, "--fake", str(given), *R)
        for given in (fake, tmp_path / "fake.zip", tmp_path / "fake.npz")
    ]
    assert numbers[0] == numbers[1] == numbers[2]


def test_saved_statistics_stand_for_the_real_images(
    folders: tuple[str, str], tmp_path: Path, capsys: Capture
) -> None:
    real, fake = folders
    ref = str(tmp_path / "ref.npz")
    made = ["stats", real, *R, "-o", ref, "--name", "crops", "--split", "train", "--features"]
    assert main(made) == 0
    assert capsys.readouterr().out == f"{ref}\n"
    arguments = ("frechet", "manifold", "--fake", fake, *R)
    short = json_of(capsys, *arguments, "--real", ref)
    whole = json_of(capsys, *arguments, "--real", real)
    assert short == pytest.approx(whole, rel=1e-9)
    assert main(["metrics", *arguments, "--real", ref]) == 0
    assert f"real: {ref}, statistics of 40 images: crops train\n" in capsys.readouterr().out


def test_options_reach_their_metrics(folders: tuple[str, str], capsys: Capture) -> None:
    real, fake = folders
    arguments = ["metrics", "kernel", "manifold", "--real", real, "--fake", fake, *R, "--json",
                 "--estimator", "subsets", "--subset-size", "20", "--k", "5", "--ball", "<",
                 "--level", "0.9"]  # fmt: skip
    assert main(arguments) == 0
    rows = {row["metric"]: row["result"] for row in json.loads(capsys.readouterr().out)["rows"]}
    assert rows["kernel"]["estimator"] == "subsets"
    assert rows["kernel"]["interval"] is None
    assert "k=5, distance < radius" in rows["precision"]["method"]
    assert rows["precision"]["interval"]["level"] == 0.9


def test_a_preset_is_named_in_the_output(folders: tuple[str, str], capsys: Capture) -> None:
    real, fake = folders
    assert main(["metrics", "frechet", "--real", real, "--fake", fake, *R,
                 "--preset", "pytorch-fid"]) == 0  # fmt: skip
    out = capsys.readouterr().out
    assert "preset: pytorch-fid (pytorch-fid 0.3.0" in out
    assert "Beside pytorch-fid" in out


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (["frechett"], "did you mean 'frechet'", 2),
        (["frechet", "--fake", "x"], "give --real", 2),
        (["frechet", "--real", "x"], "give --fake", 2),
        (["frechet", "--preset", "pytorchfid"], "did you mean 'pytorch-fid'", 2),
        (["frechet", "-r", "inception"], "did you mean 'inception-v3'", 2),
        (["frechet", "-r", "pixels/16:pool"], "no output 'pool'", 2),
        (["frechet", "--real", "nowhere", "--fake", "nowhere"], "nowhere", 1),
        (["manifold", "--k", "60"], "60", 1),
        (["manifold", "--k", "0"], "k=0", 2),
        (["frechet", "--device", "cud"], "cud", 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_sentence(
    folders: tuple[str, str], capsys: Capture, arguments: list[str], message: str, code: int
) -> None:
    given = list(arguments)
    if "-r" not in given and "--preset" not in given:
        given += R
    if "x" not in given and "--real" not in given:
        given += ["--real", folders[0], "--fake", folders[1]]
    given = [folders[0] if value == "x" else value for value in given]
    assert main(["metrics", *given]) == code
    out, err = capsys.readouterr()
    assert message in err and "Traceback" not in err
    assert out == ""


def damaged(folder: Path) -> None:
    (folder / "0007.png").write_bytes((folder / "0007.png").read_bytes()[:60])


def transparent(folder: Path) -> None:
    Image.fromarray(np.full((16, 16, 4), 90, np.uint8)).save(folder / "0007.png")


def sixteen_bit(folder: Path) -> None:
    Image.fromarray(np.full((16, 16), 40_000, np.uint16)).save(folder / "0007.png")


def animated(folder: Path) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    frames[0].save(folder / "0007.gif", save_all=True, append_images=frames[1:])


@pytest.mark.parametrize(
    ("spoil", "option", "says"),
    [
        (damaged, "--unreadable=skip", "1 unreadable left out"),
        (transparent, "--alpha=white", "1 alpha blended on white"),
        (sixteen_bit, "--sixteen-bit=scale", "1 16 bits scaled to 8"),
        (animated, "--unreadable=skip", "1 unreadable left out"),
    ],
)
def test_odd_images_are_refused_by_name_or_handled_as_asked(
    tmp_path: Path, capsys: Capture, spoil: Callable[[Path], None], option: str, says: str
) -> None:
    real, fake = two_folders(tmp_path, n=12, size=16)
    spoil(fake)
    arguments = ["metrics", "kernel", "--real", str(real), "--fake", str(fake), *R]
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert "0007" in err and "Traceback" not in err
    assert main([*arguments, option]) == 0
    assert says in capsys.readouterr().out


def test_mixed_sizes_need_a_representation_that_resizes(tmp_path: Path, capsys: Capture) -> None:
    real, fake = two_folders(tmp_path, n=12, size=16)
    Image.fromarray(crops(1, 20)[0]).save(fake / "0007.png")
    assert main(["metrics", "kernel", "--real", str(real), "--fake", str(fake), *R]) == 1
    assert "sizes 16x16, 20x20" in capsys.readouterr().err


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path, capsys: Capture) -> None:
    assert main(["metrics", "kernel", "--real", str(tmp_path), "--fake", str(tmp_path), *R]) == 1
    assert "png" in capsys.readouterr().err


def test_representations_and_presets_are_listed(capsys: Capture) -> None:
    assert main(["list", "representations"]) == 0
    out = capsys.readouterr().out
    assert "inception-v3" in out and "spatial 2023" in out and "timm/NAME" in out
    assert main(["list", "presets"]) == 0
    assert "torch-fidelity 0.4.0" in capsys.readouterr().out


def test_statistics_of_two_representations_do_not_fit_one_file(
    folders: tuple[str, str], tmp_path: Path, capsys: Capture
) -> None:
    arguments = ["stats", folders[0], *R, "-r", "pixels/8", "-o", str(tmp_path / "ref.npz")]
    assert main(arguments) == 2
    assert "of one representation" in capsys.readouterr().err
    assert not (tmp_path / "ref.npz").exists()
