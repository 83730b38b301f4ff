"""``python -m rbench.zoo.flow flow-digits``: trains a model of the zoo again."""

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from rbench.zoo.checkpoint import checkpoint_path, load_checkpoint, save_checkpoint
from rbench.zoo.image_zoo import IMAGE_MODELS
from rbench.zoo.training import train
from rbench.zoo.training_images import training_images
from rbench.zoo.zoo_model import ZooModel


def main(models: Sequence[ZooModel], arguments: Sequence[str] | None = None) -> None:
    """Train the model that the command line names, and write its checkpoint."""
    known = {model.name: model for model in models}
    parser = argparse.ArgumentParser(description="Train a reference model of rbench's zoo.")
    parser.add_argument("model", choices=known)
    parser.add_argument("--data", type=Path, help="folder with the data set's files")
    parser.add_argument("--out", type=Path, help="the checkpoint; default: the one in the package")
    parser.add_argument("--steps", type=int, help="default: as the checkpoint was trained")
    parser.add_argument("--threads", type=int, default=1, help="threads of torch")
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    model = known[given.model]
    if given.steps is not None:
        model = dataclasses.replace(
            model, training=dataclasses.replace(model.training, steps=given.steps)
        )
    module = trained(model, given.data)
    out = given.out or checkpoint_path(model.name)
    save_checkpoint(out, module, about(model))
    print(out)


def trained(model: ZooModel, data: Path | None = None) -> nn.Module:
    """Return the network of `model`, trained on its training images; progress goes to stderr."""
    torch.manual_seed(model.training.seed)
    network = model.build()
    if model.start_from is not None:
        load_checkpoint(checkpoint_path(model.start_from), network)
    images = training_images(model.data_set, data)
    return train(network, model.loss, images, model.training, _show)


def about(model: ZooModel) -> dict[str, str]:
    """Return how the checkpoint of `model` is made, for its head."""
    module = IMAGE_MODELS[model.name].partition(":")[0]
    training = {k: str(v) for k, v in dataclasses.asdict(model.training).items()}
    made = {"command": f"python -m {module} {model.name}", "data": f"{model.data_set}, train"}
    start = {} if model.start_from is None else {"start_from": model.start_from}
    return {"model": model.name, **made, **training, **start}


def _show(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
