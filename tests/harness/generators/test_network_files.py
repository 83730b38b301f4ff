import pytest
import torch
from safetensors.torch import save_file

from rbench.errors import DataError, ModelError, UsageError
from rbench.harness.generators.network_files import StateDict, TorchScript
from rbench.harness.generators.noise_schedule import signal_of
from tests.harness.generators.given import batch, context, image_task

NETS = """
import torch
from rbench.harness.samplers.network import Network


class Flow(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(2))
        self.register_buffer("shift", torch.zeros(()))

    def forward(self, z, t, labels=None):
        return self.weight[0] * z + self.shift


class NoLabels(Flow):
    def forward(self, z, t):
        return super().forward(z, t)


def declared():
    return Network(Flow(), "velocity", data_at=1)


def text():
    return "a network"


def broken():
    raise RuntimeError("no such size")
"""
WEIGHTS = {"weight": torch.tensor([0.5, 0.0]), "shift": torch.tensor(0.25)}


@pytest.fixture
def nets(user_folder):
    (user_folder / "nets.py").write_text(NETS)
    save_file(WEIGHTS, user_folder / "flow.safetensors")
    return user_folder


def state_dict(name="flow.safetensors", network="nets:Flow", task=None, **options):
    given = {"network": network, "predicts": "velocity"} | options
    given = {key: value for key, value in given.items() if value is not None}
    return StateDict.open(name, given, context(task, "cpu"))


def made(generator, *indices):
    return generator.generate(batch(*(indices or (0, 1))))


def start(*indices):
    return torch.from_numpy(batch(*(indices or (0, 1))).noise.normal((1, 4, 4), "start"))


# state_dict


def test_the_weights_of_the_file_are_what_runs(nets):
    # Euler in one step: z - v(z).
    images = made(state_dict(steps="1"))
    assert torch.allclose(images, 0.5 * start() - 0.25, atol=1e-6)


def test_a_sample_is_the_same_in_any_batch(nets):
    generator = state_dict()
    assert torch.equal(made(generator, 0, 1, 2)[2:], made(generator, 2))


@pytest.mark.parametrize(
    ("saved", "options"),
    [
        (WEIGHTS, {}),
        ({"model": {}, "ema": WEIGHTS, "step": 3}, {"key": "ema"}),
        ({"state": {"ema": WEIGHTS}}, {"key": "state/ema"}),
        ({f"module.{k}": v for k, v in WEIGHTS.items()}, {"prefix": "module."}),
        ({**WEIGHTS, "head": torch.zeros(1)}, {"unused": "ignore"}),
    ],
    ids=["plain", "ema", "nested", "prefix", "unused"],
)
def test_a_checkpoint_of_torch_is_read_in_its_usual_forms(nets, saved, options):
    torch.save(saved, "flow.pt")
    assert torch.equal(made(state_dict("flow.pt", **options)), made(state_dict()))


@pytest.mark.parametrize(
    ("saved", "options", "said"),
    [
        ({"weight": WEIGHTS["weight"]}, {}, "lacks 1 of the 2 weights of the network: shift"),
        (
            {f"m.{k}": v for k, v in WEIGHTS.items()},
            {},
            r"lacks 2 .*: weight, shift; it has m\.weight, m\.shift instead",
        ),
        ({**WEIGHTS, "head": torch.zeros(1)}, {}, "1 weights that the network has no place for"),
        ({**WEIGHTS, "weight": torch.zeros(3)}, {}, r"weight is \(3,\), the network's \(2,\)"),
        ({"ema": WEIGHTS}, {}, "holds no tensors; choose one of its entries with -M key=NAME: ema"),
        ({"ema": WEIGHTS}, {"key": "emma"}, "has no entry 'emma'; it has ema"),
        (WEIGHTS, {"prefix": "net."}, "begins with the prefix 'net.'; it has weight, shift"),
        ([1, 2], {}, "holds list, not a mapping"),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_one_sentence_with_the_first_names(
    nets, saved, options, said
):
    torch.save(saved, "flow.pt")
    with pytest.raises(ModelError, match=said) as caught:
        made(state_dict("flow.pt", **options))
    assert "\n" not in str(caught.value)


def test_a_pickled_object_is_not_unpickled(nets):
    torch.save(Scripted(1.0), "flow.pt")
    with pytest.raises(ModelError, match="is not unpickled"):
        made(state_dict("flow.pt"))


@pytest.mark.parametrize("name", ["flow.pt", "flow.safetensors"])
def test_a_damaged_file_is_one_sentence(nets, name):
    (nets / name).write_bytes(b"nothing of the kind")
    with pytest.raises(ModelError, match=name) as caught:
        made(state_dict(name))
    assert "\n" not in str(caught.value)


def test_other_weights_other_source_and_another_entry_are_other_models(nets):
    torch.save({"a": WEIGHTS, "b": WEIGHTS}, "two.pt")
    first = state_dict("two.pt", key="a").identity
    assert first == state_dict("two.pt", key="a").identity
    assert first != state_dict("two.pt", key="b").identity
    torch.save({"a": {**WEIGHTS, "shift": torch.tensor(1.0)}}, "two.pt")
    changed = state_dict("two.pt", key="a").identity
    assert changed["weights_sha256"] != first["weights_sha256"]
    (nets / "other.py").write_text(NETS)
    before = state_dict(network="other.py@Flow").identity
    (nets / "other.py").write_text(NETS + "\n# edited\n")
    assert before != state_dict(network="other.py@Flow").identity


def test_steps_are_a_setting_and_not_the_model(nets):
    few, many = state_dict(steps="2"), state_dict(steps="8")
    assert few.identity == many.identity
    assert (few.settings["steps"], many.settings["steps"]) == (2, 8)


def test_the_sampler_follows_from_what_the_network_predicts(nets):
    assert state_dict().settings["sampler"] == "euler"
    assert state_dict(predicts="average-velocity").settings["sampler"] == "meanflow"
    assert state_dict(predicts="denoised").settings["sampler"] == "edm-heun"
    with pytest.raises(UsageError, match="needs -M sampler=NAME: a network that predicts x"):
        state_dict(predicts="x")
    with pytest.raises(UsageError, match="or -M predicts="):
        state_dict(predicts=None)


def test_a_factory_may_say_itself_what_its_network_predicts(nets):
    generator = state_dict(network="nets:declared", predicts=None, sampler="euler", steps="1")
    # Time runs the other way: z + v(z).
    assert torch.allclose(made(generator), 1.5 * start() + 0.25, atol=1e-6)
    contrary = state_dict(network="nets:declared", predicts="denoised")
    with pytest.raises(UsageError, match="and the factory's Network says velocity"):
        made(contrary)


def test_a_network_without_a_place_for_labels_runs_without_classes_only(nets):
    made(state_dict(network="nets:NoLabels"))
    conditional = state_dict(network="nets:NoLabels", task=image_task(classes=3))
    with pytest.raises(ModelError, match=r"NoLabels takes \(z, t\), which leaves no place"):
        conditional.generate(batch(0, classes=3))


def test_a_network_of_noise_needs_its_schedule(nets):
    with pytest.raises(UsageError, match="needs its schedule: -M betas=linear"):
        made(state_dict(predicts="noise", steps="2"))
    assert (
        made(state_dict(predicts="noise", betas="linear:1e-4:0.02:10", steps="2")).isfinite().all()
    )


@pytest.mark.parametrize("kind", ["linear", "scaled-linear"])
def test_a_schedule_is_the_product_of_what_is_kept(kind):
    signal = signal_of(f"{kind}:0.0001:0.02:1000")
    betas = 1 - signal / torch.cat([torch.ones(1, dtype=torch.float64), signal[:-1]])
    assert signal.shape == (1000,)
    assert torch.allclose(betas[[0, -1]], torch.tensor([1e-4, 0.02], dtype=torch.float64))
    scale = betas if kind == "linear" else betas.sqrt()
    assert torch.allclose(scale.diff(), scale.diff()[0].expand(999), atol=1e-9)


@pytest.mark.parametrize("text", ["linear", "cosine:1:2:3", "linear:0.02:0.01:10", "linear:1:2:x"])
def test_a_schedule_that_is_none_is_refused(text):
    with pytest.raises(UsageError, match="is not linear:FIRST:LAST:STEPS"):
        signal_of(text)


def test_the_module_is_counted_as_the_network(nets):
    networks = state_dict().networks
    assert list(networks) == ["network"]
    assert sum(p.numel() for p in networks["network"].parameters()) == 2


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"name": "flew.safetensors"}, ModelError, "there is no file 'flew.safetensors'"),
        ({"network": None}, UsageError, "needs -M network=package.module:factory"),
        ({"network": "nets:Flaw"}, UsageError, "did you mean 'Flow'"),
        ({"network": "nets:NETS"}, UsageError, "has no 'NETS'"),
        ({"shape": "3x32x32"}, UsageError, "shape='3x32x32' is not CHANNELS,HEIGHT,WIDTH"),
        ({"latent_scale": "2"}, UsageError, "latent_scale is for latents: give -M decoder="),
        ({"stepz": "2"}, UsageError, "'stepz'; did you mean 'steps'"),
        ({"predicts": "speed"}, UsageError, "needs -M sampler=NAME"),
        ({"predicts": "speed", "sampler": "euler"}, UsageError, "predicts='speed' is not one of"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_is_loaded(
    nets, options, error, said
):
    with pytest.raises(error, match=said):
        state_dict(**options)


def test_a_factory_that_fails_or_makes_something_else_is_named(nets):
    with pytest.raises(ModelError, match=r"network=nets:broken failed: RuntimeError: no such size"):
        made(state_dict(network="nets:broken"))
    with pytest.raises(UsageError, match=r"nets:text gives str, not a torch.nn.Module"):
        made(state_dict(network="nets:text"))
    (nets / "bad.py").write_text("1 / 0\n")
    with pytest.raises(DataError, match=r"bad\.py cannot be imported: ZeroDivisionError"):
        state_dict(network="bad.py@x")


# decoders


DECODERS = """
import torch


def upscale(latents):
    return latents.repeat_interleave(2, 2).repeat_interleave(2, 3)


class Learned(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.gain = torch.nn.Parameter(torch.tensor(3.0))

    def forward(self, latents):
        return self.gain * latents


def words(latents):
    return "images"
"""


def latent(nets, decoder, **options):
    (nets / "decoders.py").write_text(DECODERS)
    return state_dict(steps="1", decoder=decoder, shape="1,4,4", **options)


def test_latents_are_scaled_shifted_and_decoded(nets):
    plain = made(state_dict(steps="1"))
    generator = latent(nets, "python:decoders:upscale", latent_scale="0.5", latent_shift="1")
    images = made(generator)
    assert images.shape == (2, 1, 8, 8)
    assert torch.allclose(images[..., ::2, ::2], plain / 0.5 + 1)
    assert generator.spec is None


def test_a_learned_decoder_is_counted_by_its_role(nets):
    generator = latent(nets, "python:decoders.py@Learned")
    assert torch.allclose(made(generator), 3 * made(state_dict(steps="1")))
    decoder = generator.networks["decoder"]
    assert sum(p.numel() for p in decoder.parameters()) == 1


def test_a_decoder_and_its_scale_belong_to_the_model(nets):
    plain = state_dict(shape="1,4,4").identity
    one = latent(nets, "python:decoders:upscale").identity
    two = latent(nets, "python:decoders:upscale", latent_scale="2").identity
    assert one["decoder"]["source_sha256"]
    assert len({str(plain), str(one), str(two)}) == 3


@pytest.mark.parametrize(
    ("decoder", "error", "said"),
    [
        ("vae", UsageError, "decoder='vae': give diffusers:REPO_OR_DIR or python:"),
        ("diffusers:no-such-folder", ModelError, "there is no folder 'no-such-folder'"),
        ("python:decoders:upscaled", UsageError, "did you mean 'upscale'"),
    ],
)
def test_a_decoder_that_is_none_is_refused(nets, decoder, error, said):
    with pytest.raises(error, match=said):
        latent(nets, decoder)


def test_a_decoder_that_returns_no_images_is_named(nets):
    with pytest.raises(ModelError, match="the decoder returned str for 2 latents"):
        made(latent(nets, "python:decoders:words"))


def test_a_network_of_latents_needs_their_shape(nets):
    (nets / "decoders.py").write_text(DECODERS)
    with pytest.raises(UsageError, match="needs -M shape=C,H,W"):
        state_dict(decoder="python:decoders:upscale")


# torchscript


pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit")


class Scripted(torch.nn.Module):
    def __init__(self, gain):
        super().__init__()
        self.gain = torch.nn.Parameter(torch.tensor(gain))

    def forward(self, z, t):
        return self.gain * z


def torchscript(name="flow.ts", **options):
    given = {"predicts": "velocity", "steps": "1"} | options
    return TorchScript.open(name, given, context(None, "cpu"))


def save_script(gain):
    example = (torch.zeros(1, 1, 4, 4), torch.ones(1))
    torch.jit.save(torch.jit.trace(Scripted(gain), example), "flow.ts")


def test_a_script_is_run_and_counted(user_folder):
    save_script(0.5)
    generator = torchscript()
    assert torch.allclose(made(generator), 0.5 * start())
    calls = []
    module = generator.networks["network"]
    module.register_forward_hook(lambda *_: calls.append(1))
    # TorchScript would change its code after the first calls.
    assert all(torch.equal(made(generator), made(generator)) for _ in range(3))
    assert len(calls) == 6
    assert sum(p.numel() for p in module.parameters()) == 1


def test_another_script_is_another_model(user_folder):
    identities = set()
    for gain in (0.5, 0.75):
        save_script(gain)
        identities.add(torchscript().identity["weights_sha256"])
    assert len(identities) == 2


def test_what_is_no_script_or_is_not_there_is_named(user_folder):
    (user_folder / "flow.ts").write_bytes(b"no script")
    with pytest.raises(ModelError, match=r"flow\.ts is no file of torch\.jit\.save"):
        made(torchscript())
    with pytest.raises(ModelError, match=r"there is no file 'flaw\.ts'"):
        torchscript("flaw.ts")
    with pytest.raises(UsageError, match="needs -M predicts="):
        torchscript(predicts=None, sampler="euler")
