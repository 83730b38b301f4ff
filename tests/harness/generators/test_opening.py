import importlib
import inspect
import subprocess
import sys

import numpy as np
import pytest

from rbench.errors import UsageError
from rbench.harness.generators import GENERATORS
from rbench.harness.generators.opening import generator_type, misfit, open_generator
from rbench.harness.images.types import ImageSpec
from rbench.harness.options import describe
from tests.harness.generators.given import (
    batch,
    context,
    image_task,
    random_images,
    write_images,
)

ADAPTER = """
import numpy as np
from rbench.harness.options import NoOptions


class Mine:
    Options = NoOptions
    identity, settings, batch, values, clips = {"model": "mine"}, {}, 4, "uint8", False
    spec = finite = None
    networks = {}

    @classmethod
    def open(cls, name, given, context):
        return cls()

    def generate(self, batch):
        return np.zeros((len(batch), 4, 4, 1), np.uint8)

    def close(self):
        pass


class Half:
    Options = NoOptions

    @classmethod
    def open(cls, name, given, context):
        return object()


def sample(indices, seeds, conditions):
    return np.zeros((len(indices), 4, 4, 1), np.uint8)
"""


def opened(model, task=None, **options):
    return open_generator(model, options, context(task))


def test_a_name_is_opened_by_its_provider_and_can_be_opened_again():
    model = opened("baseline/noise", batch="8")
    assert (model.label, model.by_name, model.generator.batch) == ("baseline/noise", True, 8)
    assert model.identity == model.generator.identity


def test_a_provider_may_be_set_off_by_a_colon(tmp_path):
    folder = write_images(tmp_path / "samples", random_images(3))
    assert opened(f"folder:{folder}").generator.finite == 3


@pytest.mark.parametrize("model", ["mine.py@sample", "python:mine.py@sample", "python:mine:sample"])
def test_a_function_of_a_file_is_opened_by_name(user_folder, model):
    (user_folder / "mine.py").write_text(ADAPTER)
    found = opened(model, batch="2")
    assert (found.by_name, found.generator.batch) == (True, 2)
    assert found.generator.generate(batch(0)).shape == (1, 4, 4, 1)


def test_an_adapter_of_a_file_has_the_hash_of_its_code_in_its_identity(user_folder):
    (user_folder / "mine.py").write_text(ADAPTER)
    first = opened("mine.py@Mine").identity
    assert first["model"] == "mine"
    (user_folder / "mine.py").write_text(ADAPTER + "# edited\n")
    again = opened("mine.py@Mine").identity
    assert first["adapter_source_sha256"] != again["adapter_source_sha256"]


def test_an_adapter_whose_generator_lacks_something_is_named(user_folder):
    (user_folder / "mine.py").write_text(ADAPTER)
    with pytest.raises(UsageError, match=r"'mine\.py@Half' lacks identity, settings, batch"):
        opened("mine.py@Half")


def test_an_object_of_python_lives_in_this_process_alone():
    def sample(indices, seeds, conditions):
        return np.zeros((len(indices), 4, 4, 1), np.uint8)

    model = opened(sample, batch=2)
    assert model.label.startswith("python:")
    assert (model.by_name, model.generator.batch, model.identity) == (False, 2, None)
    generator = opened("baseline/noise").generator
    whole = opened(generator)
    assert whole.generator is generator
    assert (whole.label, whole.by_name) == ("UniformPixels", False)
    with pytest.raises(UsageError, match="options are for models given by name"):
        opened(generator, batch=2)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("openai/gpt-4o-mini", "'openai' answers questions and makes no images; providers of"),
        ("hf/some/model", "'hf' answers questions and makes no images"),
        ("difusers/x", "no provider of images 'difusers'; did you mean 'diffusers'"),
        ("baseline", "'baseline' is not PROVIDER/NAME; providers: baseline/..., diffusers/..."),
        ("baseline/", "is not PROVIDER/NAME"),
        ("./samples", r"is not PROVIDER/NAME; a folder of samples is folder:DIR"),
        ("", "is not PROVIDER/NAME"),
        ("nothing.py@sample", "there is no file 'nothing.py'"),
    ],
)
def test_a_name_that_is_none_is_refused_with_what_may_be_meant(model, said):
    with pytest.raises(UsageError, match=said):
        opened(model)


@pytest.mark.parametrize(
    "provider", ["python", "state_dict", "torchscript", "diffusers", "folder", "baseline"]
)
def test_every_provider_describes_its_options_and_opens(provider):
    kind = generator_type(provider)
    lines = describe(kind.Options)
    assert all(line.help for line in lines)
    assert "batch" in [line.name for line in lines]
    assert list(inspect.signature(kind.open).parameters) == ["name", "given", "context"]


def test_looking_at_the_providers_loads_nothing_heavy():
    heavy = ("torch", "numpy", "diffusers", "scipy", "PIL")
    code = (
        "import sys, rbench.harness.generators;"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_opening_a_baseline_loads_no_torch():
    code = (
        "import sys; from rbench.harness.generators.opening import generator_type;"
        f"[generator_type(name) for name in {[n for n in GENERATORS if n != 'zoo']!r}];"
        "print('torch' in sys.modules, 'diffusers' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False False"


def test_every_provider_names_a_module_that_is_there():
    for target in GENERATORS.values():
        module = target.partition(":")[0]
        assert importlib.util.find_spec(module) is not None, target


# Whether it fits


class Made:
    def __init__(self, spec):
        self.spec = spec


@pytest.mark.parametrize(
    ("spec", "classes", "said"),
    [
        (None, 0, None),
        (ImageSpec(4, 4, 1), 0, None),
        (ImageSpec(4, 4, 1, 10), 10, None),
        (ImageSpec(4, 4, 1, 1000), 10, None),
        (ImageSpec(8, 4, 1), 0, "it makes images of 8 x 4 x 1, and those of toy are 4 x 4 x 1"),
        (ImageSpec(4, 4, 3), 0, "it makes images of 4 x 4 x 3, and those of toy are 4 x 4 x 1"),
        (ImageSpec(4, 4, 1, 10), 0, "it needs one of 10 classes for an image, and toy has none"),
        (ImageSpec(4, 4, 1, 5), 10, "it knows 5 classes, and toy has 10"),
        (ImageSpec(4, 4, 1), 10, "it knows no classes, and toy has 10"),
    ],
)
def test_a_generator_fits_by_size_channels_and_classes(spec, classes, said):
    assert misfit(Made(spec), image_task(classes=classes)) == said
