"""Generators: one file for each way of getting at a model that makes images.

Each class has `Options`, a dataclass, and ``open(name, given, context)``, which returns an
`ImageGenerator`. `given` are the values of ``-M key=value``, text or typed.
"""

from collections.abc import Mapping

GENERATORS: Mapping[str, str] = {
    "python": "rbench.harness.generators.python_callable:PythonGenerator",
    "state_dict": "rbench.harness.generators.network_files:StateDict",
    "torchscript": "rbench.harness.generators.network_files:TorchScript",
    "diffusers": "rbench.harness.generators.diffusers_pipeline:DiffusersPipeline",
    "folder": "rbench.harness.generators.folder:FolderSamples",
    "baseline": "rbench.harness.generators.baseline:BaselineImages",
    "zoo": "rbench.zoo.image_zoo:ImageZoo",
}
"""Provider, as in ``--model PROVIDER/NAME``, and where its class is."""
