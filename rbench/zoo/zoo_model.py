"""`ZooModel`: what each file of the zoo says of the image model that it trains."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from rbench.errors import UsageError
from rbench.harness.images.types import ImageSpec
from rbench.harness.samplers.network import Network, Predicts, Sampler
from rbench.zoo.training import Loss, Training

DIGITS = ImageSpec(8, 8, 1)
FASHION = ImageSpec(28, 28, 1)
DATA_SETS: Mapping[ImageSpec, str] = {DIGITS: "digits", FASHION: "fashion-mnist"}


@dataclass(frozen=True, slots=True)
class ZooModel:
    """A model of the zoo.

    Attributes:
        name: as in ``zoo/flow-digits``; also of its checkpoint.
        summary: one line for a reader.
        spec: of the images it makes.
        sampler: the default.
        build: makes the untrained network.
        loss: its objective.
        training: how long it was trained.
        views: how the trained network is given to a sampler, by what it then predicts. A sampler
            gets the first view that it accepts.
        start_from: the model whose weights the training starts from, None for random ones.
    """

    name: str
    summary: str
    spec: ImageSpec
    sampler: Sampler
    build: Callable[[], nn.Module]
    loss: Loss[nn.Module]
    training: Training
    views: Mapping[Predicts, Callable[[nn.Module], Network]]
    start_from: str | None = None

    @property
    def data_set(self) -> str:
        """The task whose training images it learned: ``digits``."""
        return DATA_SETS[self.spec]

    def view(self, sampler: Sampler) -> Callable[[nn.Module], Network]:
        """Return what makes of the module a network that `sampler` takes.

        Raises `UsageError` where nothing does.
        """
        fits = [predicts for predicts in self.views if predicts in sampler.accepts]
        if not fits:
            raise UsageError(
                f"the sampler {sampler.name!r} needs a network that predicts "
                f"{' or '.join(sorted(sampler.accepts))}; zoo/{self.name} predicts "
                f"{' or '.join(self.views)}."
            )
        return self.views[fits[0]]


def column(time: Tensor) -> Tensor:
    """Return times (n,) as (n, 1, 1, 1)."""
    return time[:, None, None, None]
