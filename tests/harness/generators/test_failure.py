"""What rbench says of a user's code that fails."""

from pathlib import Path

import numpy as np
import pytest

from rbench.errors import ModelError, UsageError
from rbench.harness.generators.failure import as_model_error, short_reason
from rbench.harness.generators.python_callable import from_callable
from rbench.harness.load_object import load_from_file
from tests.harness.generators.given import batch, context


def test_a_long_reason_is_cut_and_a_short_one_is_whole():
    assert short_reason(RuntimeError("out of\n  luck.")) == "out of luck"
    cut = short_reason(RuntimeError("no kernel for it; " * 500))
    assert len(cut) < 310 and cut.startswith("no kernel") and cut.endswith(" ...")


def test_the_place_named_is_never_rbenchs_own():
    class NeedsMore:
        def __init__(self, weights):
            self.weights = weights

    with pytest.raises(ModelError) as raised:
        from_callable(NeedsMore, {}, context())
    assert "missing 1 required positional argument: 'weights'." in str(raised.value)
    assert "python_callable.py" not in str(raised.value)


def test_code_that_leaves_the_folder_does_not_move_rbench(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    with as_model_error("x"):
        monkeypatch.chdir(tmp_path / "there")
    assert Path.cwd() == tmp_path
    with pytest.raises(ModelError), as_model_error("x"):
        monkeypatch.chdir(tmp_path / "there")
        raise RuntimeError
    assert Path.cwd() == tmp_path


def test_a_sparse_tensor_is_refused_with_its_layout():
    import torch

    def sparse(indices, seeds, conditions):
        return torch.zeros(len(indices), 1, 4, 4).to_sparse()

    with pytest.raises(ModelError, match=r"layout torch.sparse_coo for sample 3: return a dense"):
        from_callable(sparse, {"values": "0..1"}, context()).generate(batch(3, 4))


def grey(indices, seeds, conditions):
    return np.zeros((len(indices), 4, 4, 1), np.uint8)


def test_a_number_of_classes_below_zero_is_refused():
    with pytest.raises(UsageError, match="classes=-1 is not 0 or more"):
        from_callable(grey, {"classes": -1}, context())


def test_classes_alone_tell_what_fits():
    from rbench.harness.generators.opening import misfit
    from tests.harness.generators.given import image_task

    made = from_callable(grey, {"classes": 10}, context())
    assert misfit(made, image_task()) == (
        "it needs one of 10 classes for an image, and toy has none"
    )
    assert misfit(made, image_task(classes=10)) is None
    assert misfit(from_callable(grey, {}, context()), image_task(classes=10)) is None


def test_a_torchscript_file_is_no_state_dict(tmp_path, recwarn):
    import torch

    from rbench.harness.generators.checkpoint import read_tensors

    traced = torch.jit.trace(torch.nn.Linear(2, 2), torch.zeros(1, 2))
    traced.save(str(tmp_path / "net.pt"))
    recwarn.clear()
    with pytest.raises(ModelError, match="give it as torchscript:FILE"):
        read_tensors(tmp_path / "net.pt", None, "")
    assert not recwarn.list


def test_a_file_that_is_no_checkpoint_is_said_to_be_one_in_a_line(tmp_path):
    from rbench.harness.generators.checkpoint import read_tensors

    (tmp_path / "net.pt").write_text("hello")
    with pytest.raises(ModelError, match=r"or is damaged \(KeyError: 101\)\.$"):
        read_tensors(tmp_path / "net.pt", None, "")


def test_a_decoder_may_stand_in_a_file(user_folder):
    from rbench.harness.generators.decoders import open_decoder

    (user_folder / "own.py").write_text("def decode(latents):\n    return latents\n")
    short = open_decoder("own.py@decode", scale=None, shift=None, offline=True)
    long = open_decoder("python:own.py@decode", scale=None, shift=None, offline=True)
    assert load_from_file("own.py@decode")(1) == 1
    assert short.identity == long.identity is not None


def test_a_transparent_sample_is_refused_in_one_sentence(tmp_path):
    from rbench.errors import DataError
    from rbench.harness.generators.folder import FolderSamples
    from tests.harness.generators.given import random_images, write_images

    write_images(tmp_path / "clear", random_images(3, channels=4))
    with pytest.raises(DataError, match=r"sample 0, 000.png .*blended on it\)\.$"):
        FolderSamples.open(str(tmp_path / "clear"), {}, context())
