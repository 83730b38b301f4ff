"""Network evaluations are counted where they happen: calls, rows, and both per sample."""

import json
import warnings
from typing import Any

import pytest
import torch
from torch import nn

from rbench.harness.images.evaluations import EvaluationCount, counting, joined


class Net(nn.Module):
    """A network of two layers, in types that TorchScript understands."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 4)

    def forward(self, z: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return self.second(self.first(z) + t[:, None])


def start(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.ones(n, 4), torch.zeros(n)


def forms(folder: Any) -> dict[str, nn.Module]:
    net = Net().eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript is going away; users' files are not
        scripted = torch.jit.script(net)
        torch.jit.save(scripted, folder / "net.ts")
        return {
            "module": net,
            "scripted": scripted,
            "traced": torch.jit.trace(net, start(2)),
            "frozen": torch.jit.freeze(torch.jit.script(net)),
            "loaded": torch.jit.load(folder / "net.ts"),
            "compiled": torch.compile(net, backend="eager"),
        }


# Calls and rows


def test_calls_and_rows_of_every_form_of_module_are_counted(tmp_path: Any) -> None:
    z, t = start(6)
    for name, module in forms(tmp_path).items():
        before = module(z, t)
        with counting({"network": module}) as count:
            for _ in range(3):
                after = module(z, t)
            module(z=z[:2], t=t[:2])
            module.forward(z, t)
        assert (count.calls, count.rows) == ({"network": 5}, {"network": 26}), name
        assert torch.equal(before, after), name


def test_nothing_is_counted_outside_the_context_and_the_module_is_as_before(
    tmp_path: Any,
) -> None:
    z, t = start(2)
    for name, module in forms(tmp_path).items():
        module(z, t)
        own = dict(module.__dict__)
        with counting({"network": module}) as count:
            pass
        module(z, t)
        assert count.calls == {}, name
        assert module.__dict__.keys() == own.keys(), name
        assert module.__dict__.get("forward") is own.get("forward"), name


def test_a_forward_that_was_put_on_the_instance_is_counted_and_stays() -> None:
    net = Net()
    wrapped = net.forward
    net.forward = lambda *given: wrapped(*given)  # type: ignore[method-assign]
    own = net.__dict__["forward"]
    with counting({"network": net}) as count:
        net(*start(2))
    assert count.calls == {"network": 1}
    assert net.__dict__["forward"] is own


def test_layers_inside_are_not_evaluations_unless_they_have_a_role() -> None:
    net = Net()
    with counting({"network": net, "inner": net.second}) as count:
        net(*start(3))
    assert count.calls == {"network": 1, "inner": 1}


def test_a_module_inside_itself_counts_once() -> None:
    class Guided(nn.Module):
        def forward(self, z: torch.Tensor, guided: bool = True) -> torch.Tensor:
            return self(z, False) + self(-z, False) if guided else z

    net = Guided()
    with counting({"network": net}) as count:
        net(torch.ones(5, 2))
    assert (count.calls, count.rows) == ({"network": 1}, {"network": 5})


def test_a_call_that_raises_is_counted_and_the_next_one_too() -> None:
    net = Net()
    with counting({"network": net}) as count:
        with pytest.raises(RuntimeError):
            net(torch.ones(3, 9), torch.zeros(3))
        net(*start(3))
    assert count.calls == {"network": 2}


def test_the_network_is_restored_after_an_error() -> None:
    net = Net()
    with pytest.raises(KeyboardInterrupt), counting({"network": net}):
        raise KeyboardInterrupt
    assert "forward" not in net.__dict__


def test_decode_counts_as_an_evaluation_of_an_autoencoder() -> None:
    class Autoencoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def decode(self, z: torch.Tensor) -> torch.Tensor:
            return self.layer(z)

        def forward(self, z: torch.Tensor) -> torch.Tensor:
            return self.decode(z)

    module = Autoencoder()
    with counting({"decoder": module}) as count:
        module.decode(torch.ones(3, 2))
        module(torch.ones(4, 2))
    assert (count.calls, count.rows) == ({"decoder": 2}, {"decoder": 7})


def test_a_layer_by_the_name_of_decode_stays_a_layer() -> None:
    net = nn.Sequential()
    net.decode = nn.Linear(2, 2)
    with counting({"network": net}) as count:
        assert net.decode.weight.shape == (2, 2)
        net(torch.ones(3, 2))
    assert count.calls == {"network": 1}


def test_what_is_no_module_is_not_counted() -> None:
    with counting({"network": lambda z: z}) as count:
        count.batch_done(4)
    assert count.calls == {}
    assert count.per_sample() == {}


def test_rows_are_those_of_the_first_tensor_with_a_dimension() -> None:
    class Any_(nn.Module):
        def forward(self, *given: Any, **named: Any) -> None: ...

    net = Any_()
    with counting({"network": net}) as count:
        net("text", torch.tensor(0.5), torch.ones(7, 2))
        net(3, sample=torch.ones(2, 2))
        net(torch.tensor(1.0))
    assert count.rows == {"network": 7 + 2 + 1}


# Per sample


def counted(steps: list[Any], n: int = 4) -> dict[str, Any]:
    """Run one batch of n samples for every entry: the rows of its calls, one after the other."""
    net = Net()
    with counting({"network": net}) as count:
        for rows in steps:
            for row in rows:
                net(*start(row))
            count.batch_done(n)
    return count.per_sample()


@pytest.mark.parametrize(
    ("calls", "depth", "work"),
    [
        ([4], 1, 1.0),  # one step
        ([4] * 35, 35, 35.0),  # 18 steps of EDM's Heun
        ([8], 1, 2.0),  # guidance by a doubled batch
        ([4] * 2, 2, 2.0),  # guidance by two calls
        ([4 * 50] * 15, 15, 750.0),  # DEQ-DDIM, T = 50, 15 iterations
        ([2, 2], 2, 1.0),  # a decoder that takes half a batch at once
    ],
)
def test_depth_is_calls_per_batch_and_work_rows_per_sample(
    calls: list[int], depth: int, work: float
) -> None:
    assert counted([calls] * 3) == {"network": {"depth": depth, "work": work}}


def test_depths_that_differ_give_their_mean_and_a_note() -> None:
    found = counted([[4] * 3, [4] * 5, [4] * 4])["network"]
    assert (found["depth"], found["work"]) == (4.0, 4.0)
    assert "from 3 to 5" in found["note"]


def test_a_batch_without_a_call_is_seen() -> None:
    for steps in ([[], [4, 4]], [[4, 4], []]):
        found = counted(steps)["network"]
        assert (found["depth"], found["work"]) == (1.0, 1.0)
        assert "from 0 to 2" in found["note"]


# Shards


def one_shard(batches: list[int], role: str = "network") -> EvaluationCount:
    net = Net()
    with counting({role: net}) as count:
        for calls in batches:
            for _ in range(calls):
                net(*start(4))
            count.batch_done(4)
    return count


@pytest.mark.parametrize("parts", [[[2, 2], [2]], [[2], [3, 1]], [[1], [2], [0, 3]], [[0], [2]]])
def test_the_counts_of_shards_join_to_that_of_the_run(parts: list[list[int]]) -> None:
    whole = one_shard([calls for part in parts for calls in part])
    through_json = (json.loads(json.dumps(one_shard(part).to_json())) for part in parts)
    found = joined(EvaluationCount.from_json(state) for state in through_json)
    assert found == whole
    assert found.per_sample() == whole.per_sample()


def test_no_shard_gives_no_count() -> None:
    assert joined([]).per_sample() == {}
    assert joined([EvaluationCount(), one_shard([2])]) == one_shard([2])


def test_a_role_that_only_one_shard_has_is_noted() -> None:
    found = joined([one_shard([1], "network"), one_shard([1], "decoder")]).per_sample()
    assert "from 0 to 1" in str(found["decoder"]["note"])
