"""Costs: operations equal those counted by hand, budgets hold, refusals become notes."""

import warnings
from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import nn

from rbench.errors import ModelError
from rbench.harness.images import costs, peak_memory
from rbench.harness.images.cost_counters import count_parameters, first_device
from rbench.harness.images.costs import batch_sizes, measure_costs
from rbench.harness.images.noise import Noise, sample_seeds
from rbench.harness.images.types import SampleBatch

FIELDS = {
    "device", "threads", "parameters", "flops_per_image", "seconds_per_image_at_batch_1",
    "best_batch", "images_per_second", "by_batch", "peak_memory_bytes", "notes",
}  # fmt: skip


def make_batch(n: int) -> SampleBatch:
    noise = Noise(0, range(n))
    return SampleBatch(tuple(range(n)), sample_seeds(noise), (None,) * n, noise)


class Generator:
    """Runs its network `steps` times over zeros; `refuses` says which sizes of batch."""

    identity: Mapping[str, Any] | None = None
    values: Any = "-1..1"
    clips = True
    spec = None

    def __init__(
        self,
        network: nn.Module | None = None,
        shape: tuple[int, ...] = (3, 8, 8),
        *,
        steps: int = 1,
        batch: int = 4,
        decoder: nn.Module | None = None,
        finite: int | None = None,
        refuses: Any = lambda n: False,
    ) -> None:
        self.settings: Mapping[str, Any] = {}
        self.shape, self.steps, self.batch, self.finite = shape, steps, batch, finite
        self.network, self.decoder, self.refuses = network, decoder, refuses
        self.sizes: list[int] = []

    @property
    def networks(self) -> Mapping[str, Any]:
        found = {"network": self.network, "decoder": self.decoder}
        return {role: module for role, module in found.items() if module is not None}

    @torch.inference_mode()
    def generate(self, batch: SampleBatch) -> Any:
        self.sizes.append(len(batch))
        if self.refuses(len(batch)):
            raise RuntimeError(f"no batch of {len(batch)}\nplease")
        z = torch.zeros(len(batch), *self.shape)
        for _ in range(self.steps if self.network is not None else 0):
            z = self.network(z)  # type: ignore[misc]
        return z if self.decoder is None else self.decoder(z)

    def close(self) -> None: ...


def measured(generator: Generator, seconds: float = 600) -> Any:
    return measure_costs(generator, make_batch, seconds=seconds)


class Attention(nn.Module):
    """Attention of 4 heads of width 8 over 16 tokens."""

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return nn.functional.scaled_dot_product_attention(z, z, z)


CONVOLUTION = 2 * 3 * 3 * 9 * 8 * 8
LAYER = 2 * 5 * (4 * 16 * 16 + 2 * 16 * 32) + 2 * 2 * 5 * 5 * 16


@pytest.mark.parametrize(
    ("network", "shape", "flops"),
    [
        (nn.Conv2d(3, 3, 3, padding=1), (3, 8, 8), CONVOLUTION),
        (nn.Linear(8, 8), (3, 8, 8), 2 * 3 * 8 * 8 * 8),
        (Attention(), (4, 16, 8), 2 * 2 * 4 * 16 * 16 * 8),
        (nn.TransformerEncoderLayer(16, 4, 32, batch_first=True).eval(), (5, 16), LAYER),
    ],
)
def test_operations_are_those_of_the_layers_by_hand(
    network: nn.Module, shape: tuple[int, ...], flops: int
) -> None:
    assert measured(Generator(network, shape))["flops_per_image"] == flops
    assert measured(Generator(network, shape, steps=3))["flops_per_image"] == 3 * flops


def test_the_decoder_s_operations_are_counted_and_its_parameters_apart() -> None:
    network, decoder = nn.Conv2d(3, 3, 3, padding=1), nn.Conv2d(3, 5, 1)
    found = measured(Generator(network, decoder=decoder))
    assert found["flops_per_image"] == CONVOLUTION + 2 * 3 * 5 * 8 * 8
    assert found["parameters"] == {"network": 3 * 3 * 9 + 3, "decoder": 3 * 5 + 5}


def test_torchscript_is_counted_like_its_source() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript is going away; users' files are not
        traced = torch.jit.trace(nn.Conv2d(3, 3, 3, padding=1), torch.zeros(2, 3, 8, 8))
    found = measured(Generator(traced))
    assert found["flops_per_image"] == CONVOLUTION
    assert found["parameters"] == {"network": 3 * 3 * 9 + 3}


def test_fused_layers_are_switched_on_again() -> None:
    assert torch.backends.mha.get_fastpath_enabled()
    measured(Generator(nn.Linear(8, 8)))
    assert torch.backends.mha.get_fastpath_enabled()


def test_shared_parameters_count_once() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    assert count_parameters({"network": net, "other": object()}) == {"network": 4 + 2 + 2}


def test_every_field_is_there_and_the_rates_agree() -> None:
    found = measured(Generator(nn.Linear(8, 8)))
    assert found.keys() == FIELDS
    assert found["by_batch"].keys() == {"1", "2", "4", "8", "16"}
    assert found["images_per_second"] == max(found["by_batch"].values())
    assert found["by_batch"][str(found["best_batch"])] == found["images_per_second"]
    assert found["by_batch"]["1"] == pytest.approx(1 / found["seconds_per_image_at_batch_1"])
    assert found["threads"] == torch.get_num_threads()
    assert isinstance(found["device"], str)
    assert isinstance(found["notes"], list)


@pytest.mark.parametrize(
    ("batch", "sizes"), [(1, [1, 2, 4]), (4, [1, 2, 4, 8, 16]), (5, [1, 2, 4, 5, 8, 16])]
)
def test_sizes_double_up_to_four_batches(batch: int, sizes: list[int]) -> None:
    assert batch_sizes(batch) == sizes


def test_every_size_is_warmed_up() -> None:
    generator = Generator(nn.Linear(8, 8))
    measured(generator)
    assert all(generator.sizes.count(size) >= 2 for size in batch_sizes(4))


# The budget, on a clock that only `generate` moves


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    now = [100.0]
    monkeypatch.setattr(costs.time, "perf_counter", lambda: now[0])
    return now


class Slow(Generator):
    """Takes `each` seconds an image and `fixed` a call, on that clock."""

    def __init__(self, clock: list[float], each: float, batch: int, fixed: float = 0.0) -> None:
        super().__init__(nn.Linear(8, 8), batch=batch)
        self.clock, self.each, self.fixed = clock, each, fixed

    def generate(self, batch: SampleBatch) -> Any:
        self.clock[0] += self.fixed + self.each * len(batch)
        return super().generate(batch)


def test_rates_follow_from_the_seconds_of_calls(clock: list[float]) -> None:
    found = measured(Slow(clock, 0.0, batch=2, fixed=0.5))
    assert found["seconds_per_image_at_batch_1"] == pytest.approx(0.5)
    assert found["by_batch"] == pytest.approx({"1": 2, "2": 4, "4": 8, "8": 16})
    assert (found["best_batch"], found["images_per_second"]) == (8, pytest.approx(16))


def test_the_warm_up_does_not_count(clock: list[float]) -> None:
    class Waking(Slow):
        def generate(self, batch: SampleBatch) -> Any:
            self.clock[0] += 5 if self.sizes.count(len(batch)) == 0 else 0
            return super().generate(batch)

    found = measured(Waking(clock, 0.1, batch=2))
    assert found["by_batch"] == pytest.approx({"1": 10, "2": 10, "4": 10, "8": 10})


@pytest.mark.parametrize("each", [0.001, 0.01, 0.1, 1.0])
@pytest.mark.parametrize("budget", [4.0, 10.0, 60.0])
def test_the_time_allowed_is_kept(clock: list[float], each: float, budget: float) -> None:
    found = measured(Slow(clock, each, batch=64), budget)
    assert clock[0] - 100 <= budget
    assert found["by_batch"]["1"] == pytest.approx(1 / each)
    if each * (1 + 2 * 511) > budget:
        assert "256" not in found["by_batch"]
        assert any("time allowed" in note for note in found["notes"])


def test_a_generator_slower_than_the_time_allowed_is_timed_once(clock: list[float]) -> None:
    generator = Slow(clock, 50.0, batch=8)
    found = measured(generator, 10.0)
    assert found["seconds_per_image_at_batch_1"] == pytest.approx(50)
    assert found["flops_per_image"] == 2 * 3 * 8 * 8 * 8
    assert generator.sizes == [1, 1]
    assert any("timed once" in note for note in found["notes"])


# What cannot be measured


def test_a_size_that_is_refused_becomes_a_note_and_others_are_measured() -> None:
    generator = Generator(nn.Linear(8, 8), refuses=lambda n: n > 4)
    found = measured(generator)
    assert found["by_batch"].keys() == {"1", "2", "4"}
    assert max(generator.sizes) == 8  # what does not fit does not fit twice over
    (note,) = (note for note in found["notes"] if "a batch of 8" in note)
    assert "no batch of 8 please" in note


def test_a_generator_that_takes_only_its_own_batch_is_measured_there() -> None:
    found = measured(Generator(nn.Linear(8, 8), refuses=lambda n: n != 4))
    assert found["by_batch"].keys() == {"4"}
    assert found["seconds_per_image_at_batch_1"] is None
    assert found["flops_per_image"] == 2 * 3 * 8 * 8 * 8
    assert any("a batch of 1" in note for note in found["notes"])


def test_a_generator_that_refuses_everything_gives_nulls_and_notes() -> None:
    found = measured(Generator(nn.Linear(8, 8), refuses=lambda n: True))
    assert found.keys() == FIELDS
    assert (found["best_batch"], found["images_per_second"], found["by_batch"]) == (None, None, {})
    assert found["flops_per_image"] is None
    assert len(found["notes"]) >= 2


def test_an_error_of_rbench_is_a_note_and_an_interrupt_ends_it() -> None:
    class Other(Generator):
        error: BaseException = ModelError("sample 3 cannot be made")

        def generate(self, batch: SampleBatch) -> Any:
            raise self.error

    found = measured(Other(nn.Linear(8, 8)))
    assert any("sample 3 cannot be made" in note for note in found["notes"])
    Other.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        measured(Other(nn.Linear(8, 8)))


def test_without_a_torch_module_operations_are_null_with_a_note() -> None:
    found = measured(Generator())
    assert (found["flops_per_image"], found["parameters"]) == (None, {})
    assert any("no torch module" in note for note in found["notes"])
    assert found["images_per_second"] > 0


def test_a_network_without_counted_operations_has_no_number_of_them() -> None:
    found = measured(Generator(nn.Tanh()))
    assert found["flops_per_image"] is None
    assert any("no operations" in note for note in found["notes"])


def test_ready_made_samples_are_not_run() -> None:
    generator = Generator(finite=100)
    found = measured(generator)
    assert found.keys() == FIELDS
    assert generator.sizes == []
    assert found["notes"] == ["ready-made samples: there is nothing to time"]


# Memory and device


def test_the_peak_of_resident_memory_grows_with_what_is_in_use_at_once() -> None:
    class Hungry(nn.Module):
        def forward(self, z: torch.Tensor) -> torch.Tensor:
            return z + torch.ones(60_000_000 // 4).sum() * 0

    found = measured(Generator(Hungry()))
    assert 40_000_000 < found["peak_memory_bytes"] < 400_000_000
    assert any("resident" in note for note in found["notes"])


def test_a_meter_sees_memory_that_was_given_back() -> None:
    meter = peak_memory.peak_meter("cpu")
    meter.reset()
    block = bytearray(50_000_000)
    del block
    peak = meter.peak()
    assert peak is not None
    assert peak >= 45_000_000


def test_the_device_is_that_of_the_networks() -> None:
    assert first_device({}) is None
    assert first_device({"a": object(), "b": nn.Tanh()}) is None
    assert first_device({"a": object(), "b": nn.Tanh(), "c": nn.Linear(1, 1)}) == "cpu"
    assert first_device({"c": nn.Linear(1, 1, device="meta")}) == "meta"


def test_without_networks_the_device_is_where_the_images_are() -> None:
    class Elsewhere(Generator):
        def generate(self, batch: SampleBatch) -> Any:
            return super().generate(batch).to("meta")

    assert measured(Elsewhere())["device"] == "meta"
    assert (
        measured(Elsewhere(nn.Linear(8, 8)))["device"] == measured(Generator())["device"] != "meta"
    )
