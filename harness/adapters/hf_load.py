"""Tokenizer and weights of a found model, ready to run; nothing is left to chance or to others.

Safetensors or GGUF; a pickled checkpoint is read with `weights_only`. Weights that the files
lack would be random numbers, so they are an error.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rbench.errors import ModelError, UsageError
from rbench.harness.adapters.hf_options import HfOptions
from rbench.harness.adapters.hf_source import ModelSource, hub_is_offline

if TYPE_CHECKING:
    import torch


def choose_device(options: HfOptions) -> "torch.device":
    """Return the device of `-M device`. Raises `UsageError`, or `ModelError` without a GPU."""
    import torch

    if options.device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(options.device)
    except RuntimeError as error:
        raise UsageError(f"-M device={options.device} is no device; try cpu or cuda.") from error
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        count = torch.cuda.device_count()
        raise ModelError(f"-M device={options.device}: this machine has {count} CUDA devices.")
    return device


def choose_dtype(options: HfOptions, device: "torch.device") -> str:
    """Return the name of the type that weights and arithmetic have."""
    if options.dtype != "auto":
        return options.dtype
    return "float32" if device.type == "cpu" else "bfloat16"


def choose_batch(options: HfOptions, device: "torch.device") -> int:
    """Return how many questions are answered together; every batch is padded to this size."""
    if options.batch_size is not None:
        return options.batch_size
    if device.type != "cpu":
        return 16
    # A CPU reads no faster in larger batches, and they need more padding; but it writes faster.
    return 4 if options.response == "loglikelihood" else 8


def load_tokenizer(source: ModelSource, options: HfOptions) -> Any:
    """Return the tokenizer. Raises `ModelError`."""
    import transformers

    with _loading(source):
        return transformers.AutoTokenizer.from_pretrained(
            source.location,
            revision=source.revision or "main",
            gguf_file=source.gguf_file,
            trust_remote_code=options.trust_remote_code,
            local_files_only=hub_is_offline(),
        )


def load_processor(source: ModelSource, options: HfOptions) -> Any:
    """Return the processor of an image-text model: tokenizer and pictures. Raises `ModelError`.

    Its tokenizer pads on the left, and has the chat template also where the processor keeps it.
    """
    import transformers

    auto: Any = transformers.AutoProcessor
    with _loading(source):
        processor = auto.from_pretrained(
            source.location,
            revision=source.revision or "main",
            trust_remote_code=options.trust_remote_code,
            local_files_only=hub_is_offline(),
        )
    for part in ("tokenizer", "image_processor"):
        if getattr(processor, part, None) is None:
            raise ModelError(
                f"the image-text model in {source.location!r} comes without {part}: its files "
                f"lack preprocessor_config.json or processor_config.json."
            )
    tokenizer = processor.tokenizer
    tokenizer.padding_side = "left"
    if tokenizer.pad_token_id is None:  # any token will do for padding: it is masked
        tokenizer.pad_token = tokenizer.convert_ids_to_tokens(tokenizer.eos_token_id or 0)
    tokenizer.chat_template = getattr(processor, "chat_template", None) or tokenizer.chat_template
    return processor


def load_model(
    source: ModelSource,
    options: HfOptions,
    device: "torch.device",
    dtype: str,
    *,
    image_text: bool = False,
) -> Any:
    """Return the model in evaluation mode on its device. Raises `ModelError`."""
    import torch
    import transformers

    kind = "ImageTextToText" if image_text else "CausalLM"
    auto: Any = getattr(transformers, f"AutoModelFor{kind}")
    with _loading(source):
        model, report = auto.from_pretrained(
            source.location,
            revision=source.revision or "main",
            gguf_file=source.gguf_file,
            trust_remote_code=options.trust_remote_code,
            local_files_only=hub_is_offline(),
            device_map=options.device_map,
            dtype=getattr(torch, dtype),
            weights_only=True,
            output_loading_info=True,
            **_unpacked(source),
        )
    lacking = [*report["missing_keys"], *report["mismatched_keys"]]
    if lacking:
        raise ModelError(
            f"{source.location!r} lacks {len(lacking)} weights of a model for {kind}, "
            f"such as {sorted(map(str, lacking))[0]}; they would be random numbers."
        )
    return (model if options.device_map else model.to(device)).eval()


def _unpacked(source: ModelSource) -> dict[str, Any]:
    """Ask for plain weights: newer versions would fetch kernels to run a GGUF file packed."""
    import transformers

    if source.gguf_file is None or not hasattr(transformers, "GgufConfig"):
        return {}
    return {"quantization_config": transformers.GgufConfig(dequantize=True)}


@contextmanager
def _loading(source: ModelSource) -> Iterator[None]:
    """Turn whatever goes wrong into `ModelError`, and keep progress bars off the terminal."""
    import transformers

    logging: Any = transformers.utils.logging
    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    except Exception as error:  # tokenizers and safetensors raise bare Exception
        first = next((line for line in str(error).splitlines() if line.strip()), "no reason given")
        own_code = "trust_remote_code" in str(error)
        raise ModelError(
            f"the model in {source.location!r} cannot be loaded "
            f"({type(error).__name__}: {first.strip().rstrip('.')})"
            + ("; -M trust_remote_code=true runs that code." if own_code else ".")
        ) from error
    finally:
        if bars:
            logging.enable_progress_bar()
