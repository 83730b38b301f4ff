"""Any callable as a representation."""

import numpy as np
import pytest
import torch

from rbench.errors import UsageError
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.of_callable import of_callable, state_sha256
from rbench.metrics.representations.preprocess import Preprocess
from tests.metrics.representations.pictures import crops

STEPS = Preprocess(size=None)


def module() -> torch.nn.Sequential:
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(3 * 64, 4), torch.nn.BatchNorm1d(4), torch.nn.Dropout()
    )


def test_a_module_is_copied_evaluated_and_hashed() -> None:
    network = module()
    extractor = Extractor(of_callable(network, 4, STEPS, batch=3))
    images = crops(5, 8)
    found = extractor.extract(images)["features"]
    assert network.training
    assert extractor.identity["name"] == "Sequential"
    assert extractor.identity["weights"]["sha256"] == state_sha256(network.state_dict())
    x = torch.from_numpy(images).permute(0, 3, 1, 2) / 255
    with torch.no_grad():
        assert np.allclose(found, network.eval()(x).numpy(), atol=1e-6)
        network[1].weight.zero_()
    assert np.array_equal(extractor.extract(images)["features"], found)


def test_the_hash_changes_with_a_weight_a_name_and_a_shape_only() -> None:
    state = module().state_dict()
    sha256 = state_sha256(state)
    assert state_sha256(module().state_dict()) == sha256
    assert state_sha256(dict(reversed(state.items()))) == sha256
    changed = {**state, "1.bias": state["1.bias"] + 1e-7}
    renamed = {name.replace("1.", "9."): values for name, values in state.items()}
    reshaped = {**state, "1.weight": state["1.weight"].reshape(8, -1)}
    assert len({sha256, *map(state_sha256, (changed, renamed, reshaped))}) == 4


def test_a_function_returns_its_only_output_or_a_mapping() -> None:
    images = crops(2, 8)
    one = Extractor(of_callable(lambda x: x.mean((2, 3)), 3, STEPS, name="means"))
    assert one.identity["weights"] == {"sha256": None, "source": "means"}
    two = of_callable(
        lambda x: {"mean": x.mean((2, 3)), "top": x.amax((2, 3))}, {"mean": 3, "top": 3}, STEPS
    )
    found = Extractor(two, outputs=["top", "mean"]).extract(images)
    assert list(found) == ["top", "mean"]
    assert np.array_equal(found["mean"], one.extract(images)["features"])
    assert np.array_equal(found["top"], (images.max(axis=(1, 2)) / np.float32(255)))


def test_a_wrong_output_is_named_with_what_was_declared() -> None:
    images = crops(1, 8)

    def error(function: object, outputs: object) -> str:
        extractor = Extractor(of_callable(function, outputs, STEPS, name="f", batch=2))  # type: ignore[arg-type]
        with pytest.raises(UsageError) as caught:
            extractor.extract(images)
        return str(caught.value)

    assert "f declares the output 'features' as (2, 4) and returned (2, 3)" in error(
        lambda x: x.mean((2, 3)), 4
    )
    assert "(2, 3, 1, 1)" in error(lambda x: x.mean((2, 3), keepdim=True), 3)
    assert "returned (3,)" in error(lambda x: x.mean((0, 2, 3)), 3)
    assert "returned only b" in error(lambda x: {"b": x.mean((2, 3))}, {"a": 3, "b": 3})
    assert "returned a tuple" in error(lambda x: (x,), 3)
    assert "declares the outputs a, b" in error(lambda x: x, {"a": 3, "b": 3})


def test_outputs_must_be_declared() -> None:
    for outputs in ({}, 0, {"a": -1}):
        with pytest.raises(UsageError, match="must declare"):
            of_callable(lambda x: x, outputs, STEPS)
