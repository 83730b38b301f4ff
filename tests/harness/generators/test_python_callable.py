import numpy as np
import pytest
import torch
from PIL import Image

from rbench.errors import DataError, ModelError, UsageError
from rbench.harness.generators.python_callable import PythonGenerator, from_callable
from rbench.harness.images.types import ImageGenerator, ImageSpec
from rbench.harness.load_object import load_from_file
from tests.harness.generators.given import batch, context, image_task

FLAT = "import numpy as np\n\ndef flat(indices, seeds, conditions):\n    return {}\n"
GREY = "np.zeros((len(indices), 4, 4, 1), np.uint8)"


def make_sampler():
    # Not a function of the module: its identity would be a hash of all that the tests import.
    def sampler(indices, seeds, conditions):
        return np.zeros((len(indices), 4, 4, 1), np.uint8)

    return sampler


sampler = make_sampler()


def opened(function, task=None, **options):
    return from_callable(function, options, context(task))


def returning(made, **options):
    return opened(lambda indices, seeds, conditions: made, **options).generate(batch(0, 1))


# What goes in, and out


def test_a_function_gets_indices_seeds_and_conditions():
    seen = []

    def keep(indices, seeds, conditions):
        seen.extend((indices, seeds, conditions))
        return sampler(indices, seeds, conditions)

    asked = batch(4, 9, classes=10)
    opened(keep, image_task(classes=10)).generate(asked)
    indices, seeds, conditions = seen
    assert (indices.dtype, seeds.dtype, conditions.dtype) == (np.int64,) * 3
    assert (list(indices), tuple(seeds), list(conditions)) == ([4, 9], asked.seeds, [4, 9])


def test_without_classes_the_conditions_are_none():
    seen = []
    opened(lambda i, s, c: seen.append(c) or sampler(i, s, c)).generate(batch(0))
    assert seen == [None]


def test_an_object_gets_the_batch_and_says_what_it_makes():
    class Model:
        batch, values, clips, spec = 8, "-1..1", True, (4, 4, 1)
        settings = {"steps": 4}  # noqa: RUF012

        def generate(self, batch):
            return torch.from_numpy(batch.noise.normal((1, 4, 4), "start"))

    model = opened(Model(), image_task(classes=3))
    assert isinstance(model, ImageGenerator)
    assert (model.batch, model.values, model.clips) == (8, "-1..1", True)
    assert model.spec == ImageSpec(4, 4, 1, 3)
    assert model.settings == {"steps": 4, "values": "-1..1", "clips": True}
    asked = batch(0, 1)
    assert np.array_equal(model.generate(asked), asked.noise.normal((1, 4, 4), "start"))


def test_options_come_before_attributes():
    class Model:
        batch, values = 8, "0..1"

        def generate(self, batch):
            return np.zeros((len(batch), 4, 4, 1), np.uint8)

    model = opened(Model(), batch="2", values="uint8", size="4x4x1", classes="0", clips="true")
    assert (model.batch, model.values, model.spec) == (2, "uint8", ImageSpec(4, 4, 1, 0))
    assert model.clips is True


def test_a_class_and_a_factory_are_called_once_without_arguments():
    made = []

    class Model:
        def __init__(self):
            made.append(self)

        def generate(self, batch):
            return np.zeros((len(batch), 4, 4, 1), np.uint8)

    for source in (Model, lambda: Model()):
        made.clear()
        model = opened(source)
        model.generate(batch(0))
        model.generate(batch(1))
        assert len(made) == 1


def test_a_whole_generator_is_taken_as_it_is():
    inner = opened(sampler)
    assert opened(inner) is inner
    with pytest.raises(UsageError, match="leave out -M batch"):
        opened(inner, batch="2")


@pytest.mark.parametrize(
    "made",
    [
        [np.zeros((4, 4), np.uint8)] * 2,
        [Image.new("L", (4, 4))] * 2,
        [torch.zeros(1, 4, 4, dtype=torch.uint8)] * 2,
        np.zeros((2, 4, 4), np.uint8),
        torch.zeros(2, 4, 4, dtype=torch.uint8),
    ],
    ids=["arrays", "PIL", "tensors", "grey array", "grey tensor"],
)
def test_lists_and_grey_images_become_one_array(made):
    found = returning(made)
    assert tuple(found.shape) in ((2, 4, 4, 1), (2, 1, 4, 4))


def test_colours_keep_their_places_in_a_list_of_tensors():
    image = torch.arange(48, dtype=torch.uint8).reshape(3, 4, 4)
    found = returning([image, image])
    assert np.array_equal(found[0], image.movedim(0, -1).numpy())


def test_a_tensor_loses_its_gradients():
    grown = torch.zeros(2, 1, 4, 4, requires_grad=True)
    assert not returning(grown, values="0..1").requires_grad


def test_declared_networks_are_handed_on():
    network = torch.nn.Linear(1, 1)

    class Model:
        def generate(self, batch):
            return None

    model = Model()
    assert opened(model).networks == {}
    model.network = network
    assert opened(model).networks == {"network": network}
    model.networks = {"network": network, "decoder": network}
    assert opened(model).networks == {"network": network, "decoder": network}
    model.networks = {"network": "resnet"}
    with pytest.raises(UsageError, match="its network is of type str, not a torch module"):
        _ = opened(model).networks


def test_close_closes_the_object():
    closed = []

    class Model:
        def generate(self, batch):
            return None

        def close(self):
            closed.append(True)

    opened(Model()).close()
    assert closed == [True]


# What is refused


def test_what_it_raises_is_one_sentence_with_samples_type_and_place():
    def broken(indices, seeds, conditions):
        return 1 // int(indices[0])

    with pytest.raises(ModelError) as caught:
        opened(broken).generate(batch(0, 1, 2))
    said = str(caught.value)
    assert "failed at samples 0 to 2: ZeroDivisionError: integer division or modulo" in said
    assert "test_python_callable.py, line " in said
    assert "\n" not in said


def test_calling_exit_does_not_end_rbench():
    def quit_now(indices, seeds, conditions):
        raise SystemExit(3)

    with pytest.raises(ModelError, match="SystemExit: 3"):
        opened(quit_now).generate(batch(0))


def test_an_interrupt_passes_through():
    def interrupted(indices, seeds, conditions):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        opened(interrupted).generate(batch(0))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (np.zeros((1, 4, 4, 1), np.uint8), "returned 1 images for 2 samples"),
        ([np.zeros((4, 4), np.uint8)], "returned 1 images for 2 samples"),
        ([], "returned 0 images for 2 samples"),
        ([np.zeros((4, 4), np.uint8), np.zeros((5, 4), np.uint8)], "sample 1 with the shape"),
        ([np.zeros((4, 4), np.uint8), "cat.png"], "returned str as the image of sample 1"),
        (None, "returned NoneType for sample 0, not images"),
        (np.zeros((2, 4, 4, 1), np.float32), "say what the numbers mean with -M values=0..1"),
        (np.zeros((2, 4, 4, 1), np.int64), "returned int64 for sample 0 and is taken to return"),
        (np.zeros((2, 4, 4, 1), bool), "returned bool for sample 0"),
        (torch.zeros(2, 1, 4, 4), "returned torch.float32 for sample 0"),
        (np.uint8(3), "returned an array of shape"),
    ],
)
def test_what_are_no_images_as_declared_is_named(made, said):
    with pytest.raises(ModelError, match=said):
        returning(made)


def test_bytes_where_floats_are_declared_are_refused():
    with pytest.raises(ModelError, match=r"returned uint8 .* taken to return -1\.\.1"):
        returning(np.zeros((2, 4, 4, 1), np.uint8), values="-1..1")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"batch": "0"}, "batch=0 is not 1 or more"),
        ({"values": "0..255"}, "'0..255' is not one of uint8, 0..1, -1..1"),
        ({"size": "32"}, "size='32' is not HEIGHTxWIDTHxCHANNELS"),
        ({"bach": "2"}, "no option 'bach'; did you mean 'batch'"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, said):
    with pytest.raises(UsageError, match=said):
        opened(sampler, **options)


@pytest.mark.parametrize(
    ("attribute", "value", "said"),
    [
        ("values", "float", "values='float' is not one of"),
        ("batch", 2.5, "batch=2.5 is not 1 or more"),
        ("clips", "yes", "clips='yes' is not True or False"),
        ("spec", "4x4", "spec='4x4' is no ImageSpec"),
        ("finite", 0, "finite=0 is not a count"),
        ("identity", "v1", "identity='v1' is no mapping"),
    ],
)
def test_attributes_that_make_no_sense_are_refused(attribute, value, said):
    class Model:
        def generate(self, batch):
            return None

    setattr(Model, attribute, value)
    with pytest.raises(UsageError, match=said):
        opened(Model())


def test_what_takes_other_arguments_or_is_no_callable_is_refused():
    with pytest.raises(UsageError, match=r"is called as \(a, b\); give a function \(indices"):
        opened(lambda a, b: None)
    with pytest.raises(UsageError, match="is of type int; give"):
        opened(7)
    with pytest.raises(UsageError, match="is a torch module, which says not how it is sampled"):
        opened(torch.nn.Linear(1, 1))


def test_a_class_that_cannot_be_made_is_one_sentence():
    class Model:
        def __init__(self):
            raise FileNotFoundError("weights.pt")

        def generate(self, batch):
            return None

    with pytest.raises(ModelError, match=r"the class cannot be called.*FileNotFoundError: weights"):
        opened(Model)


def test_a_label_beyond_the_declared_classes_is_named():
    model = opened(sampler, image_task(classes=10), size="4x4x1", classes="5")
    assert model.spec.classes == 5
    with pytest.raises(ModelError, match="the label 7 of sample 7 is none of the model's: 0 to 4"):
        model.generate(batch(7, classes=10))


# By name, and identity


def open_name(name, **options):
    return PythonGenerator.open(name, options, context())


def test_a_function_is_found_in_a_module_and_in_a_file(user_folder):
    (user_folder / "mine.py").write_text(FLAT.format(GREY))
    for name in ("mine:flat", "mine.py@flat", str(user_folder / "mine.py@flat")):
        assert open_name(name).generate(batch(0)).shape == (1, 4, 4, 1)


def test_edited_source_is_another_model_and_the_folder_is_not(user_folder):
    identities = []
    for folder, value in (("a", 0), ("b", 0), ("c", 1)):
        (user_folder / folder).mkdir()
        text = FLAT.format(f"np.full((len(indices), 4, 4, 1), {value}, np.uint8)")
        (user_folder / folder / "mine.py").write_text(text)
        identities.append(open_name(f"{folder}/mine.py@flat").identity)
    assert identities[0] == identities[1] != identities[2]
    assert identities[0]["model"] == "mine.py@flat"


def test_closures_and_instances_have_no_identity_unless_they_declare_one():
    assert opened(lambda i, s, c: None).identity is None

    class Model:
        def generate(self, batch):
            return None

    assert opened(Model()).identity is None
    Model.identity = {"weights_sha256": "00"}
    assert opened(Model()).identity["declared"] == {"weights_sha256": "00"}


def test_a_function_of_a_module_has_the_identity_of_its_source(user_folder):
    (user_folder / "mine.py").write_text(FLAT.format(GREY))
    function = load_from_file("mine.py@flat")
    assert (
        opened(function).identity["source_sha256"]
        == open_name("mine.py@flat").identity["source_sha256"]
    )


def test_a_missing_name_gets_the_nearest_one(user_folder):
    (user_folder / "mine.py").write_text(FLAT.format(GREY))
    with pytest.raises(UsageError, match="did you mean 'flat'"):
        open_name("mine:flet")
    with pytest.raises(UsageError, match="there is no module 'thine'"):
        open_name("thine:flat")
    (user_folder / "broken.py").write_text("import nothing_here\n")
    with pytest.raises(DataError, match="broken cannot be imported: ModuleNotFoundError"):
        open_name("broken:flat")
