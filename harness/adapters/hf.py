"""`hf/ID-OR-PATH`: a language or image-text model of transformers, on this machine."""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rbench.errors import ModelError
from rbench.harness.adapters.hf_options import HfOptions
from rbench.harness.adapters.hf_source import ModelSource, find_source
from rbench.harness.types import Call, Json, Reply

if TYPE_CHECKING:
    import torch

    from rbench.harness.adapters.hf_forward import Network
    from rbench.harness.adapters.hf_prompts import Prompts

_log = logging.getLogger(__name__)


class HfAdapter:
    """Answers questions in fixed, padded batches: by writing, or by the options' likelihood.

    `name` is a folder as `save_pretrained` writes it, or a model id of the hub. `find` says
    which model the name stands for; a reference model of the zoo brings its own.

    Nothing is looked at before `identity` is asked for, and no weights are loaded before the
    first answer. Pictures are read by image-text models only. Raises `ModelError` where the model
    cannot be had or does not fit.
    """

    Options = HfOptions

    max_concurrency: int | None = 1

    def __init__(
        self,
        name: str,
        options: HfOptions,
        find: Callable[[str, HfOptions], ModelSource] = find_source,
    ) -> None:
        self.name = name
        self.options = options
        self._find = find

    @cached_property
    def identity(self) -> Mapping[str, Json] | None:
        """The name with the hash of the files, or the commit on the hub."""
        return self._source.identity

    @cached_property
    def reads_images(self) -> bool:
        """Whether it is an image-text model, by its config. Loads no weights."""
        from rbench.harness.adapters.hf_kind import is_image_text

        return is_image_text(self._source)

    @cached_property
    def batch(self) -> int:
        """How many calls are answered together."""
        from rbench.harness.adapters.hf_load import choose_batch

        return choose_batch(self.options, self._device)

    @cached_property
    def settings(self) -> Mapping[str, Json]:
        """What changes the replies but not which model gives them. Loads the tokenizer."""
        options = self.options
        settings = {
            "response": options.response,
            "dtype": self._dtype,
            "device": self._device.type,
            "threads": self._threads,
            "batch_size": self.batch,
            **self._prompts.settings(),
        }
        if options.device_map is not None:
            settings["device_map"] = options.device_map
        if options.trust_remote_code:
            settings["trust_remote_code"] = True
        if options.response == "loglikelihood":
            return settings | {"options": options.options}
        return settings | {
            "max_tokens": options.max_tokens,
            "temperature": options.temperature,
            "top_p": options.top_p,
        }

    async def answer(self, calls: Sequence[Call]) -> Sequence[Reply]:
        """Answer at most `batch` calls together, in a thread. Raises `ModelError`."""
        if not 0 < len(calls) <= self.batch:
            raise ValueError(f"{len(calls)} calls for a batch of {self.batch}")
        stop = threading.Event()
        try:
            return await asyncio.to_thread(self._answer, calls, stop)
        finally:
            stop.set()  # where the run was interrupted, the thread must not write on

    async def close(self) -> None:
        """Give back the memory."""
        self.__dict__.pop("_network", None)

    def _answer(self, calls: Sequence[Call], stop: threading.Event) -> Sequence[Reply]:
        import torch

        from rbench.harness.adapters.hf_forward import numerics
        from rbench.harness.adapters.hf_generate import write
        from rbench.harness.adapters.hf_loglikelihood import choose
        from rbench.harness.adapters.hf_vision import require_text, write_seeing

        common = (self._prompts, calls, self.options, self.batch, stop)
        with numerics(self._threads):
            try:
                if self.options.response == "loglikelihood":
                    require_text(calls)
                    return choose(self._network, *common)
                if self.reads_images:
                    return write_seeing(self._network, self._processor, *common)
                return write(self._network, *common)
            except torch.OutOfMemoryError as error:
                raise ModelError(
                    f"{self.name} does not fit with -M batch_size={self.batch}: the "
                    f"{self._device.type} device is out of memory; try a smaller batch_size."
                ) from error

    @cached_property
    def _source(self) -> ModelSource:
        _log.info("looking for %s and hashing its files", self.name)
        return self._find(self.name, self.options)

    @cached_property
    def _device(self) -> "torch.device":
        from rbench.harness.adapters.hf_load import choose_device

        return choose_device(self.options)

    @cached_property
    def _dtype(self) -> str:
        from rbench.harness.adapters.hf_load import choose_dtype

        return choose_dtype(self.options, self._device)

    @cached_property
    def _threads(self) -> int | None:
        """CPU threads; None where a GPU does the sums."""
        if self._device.type != "cpu":
            return None
        import torch

        return self.options.threads or torch.get_num_threads()

    @cached_property
    def _prompts(self) -> "Prompts":
        from rbench.harness.adapters.hf_load import load_tokenizer
        from rbench.harness.adapters.hf_prompts import Prompts, choose_template
        from rbench.harness.adapters.hf_vision import vision_prompts

        wish = self.options.chat_template
        if self.reads_images:
            template = choose_template(self._processor.tokenizer, wish)
            return vision_prompts(self._processor, template)
        tokenizer = load_tokenizer(self._source, self.options)
        return Prompts(tokenizer, choose_template(tokenizer, wish))

    @cached_property
    def _processor(self) -> Any:
        from rbench.harness.adapters.hf_load import load_processor

        return load_processor(self._source, self.options)

    @cached_property
    def _network(self) -> "Network":
        from rbench.harness.adapters.hf_forward import network
        from rbench.harness.adapters.hf_load import load_model

        _log.info("loading the weights of %s", self.name)
        seeing = self.reads_images
        model = load_model(self._source, self.options, self._device, self._dtype, image_text=seeing)
        return network(model, self._prompts.tokenizer)
