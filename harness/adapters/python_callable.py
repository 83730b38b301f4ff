"""`python:MODULE:FUNCTION`: any function that takes a prompt and returns text."""

import asyncio
import contextlib
import copy
import inspect
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from rbench.errors import ModelError, TryAgain, UsageError
from rbench.harness.adapters.message_parts import openai_messages
from rbench.harness.given_pictures import given_pictures, keep_pictures
from rbench.harness.given_reply import GIVEN_FIELDS, given_reply, wrong_letters
from rbench.harness.load_object import find_in_file, find_in_module
from rbench.harness.options import option
from rbench.harness.source_hash import source_sha256
from rbench.harness.types import Call, Json, Reply


@dataclass(frozen=True, slots=True)
class PythonOptions:
    """How the callable is called."""

    input: Literal["prompt", "messages"] = option("prompt", "what it takes: text, or the messages")
    concurrency: int | None = option(
        None, "calls at a time; unset: 1, or as many as the run allows for an async callable"
    )


class PythonCallable:
    """Answers by calling a Python callable with one argument, the prompt or the messages.

    Messages are those of OpenAI's chat completions, pictures as data URLs; a prompt is text only.
    It returns text, None, or a mapping with fields of `Reply` (``text``, ``reasoning``,
    ``finish``, ``usage``, ``option_scores``, ``error``) and ``images``, a list of bytes, Pillow
    images, paths or data URLs. It may be async; if not, it runs in a
    thread. An exception makes its sample errored, except `TryAgain`, for what may pass, and
    `ModelError`, which ends the run. A mapping in its attribute ``identity`` (say, the hash of
    its weights) becomes part of the model's identity.
    """

    Options = PythonOptions

    def __init__(
        self, name: str, options: PythonOptions, function: Callable[..., Any] | None = None
    ) -> None:
        """Load ``package.module:callable`` or ``file.py@callable``, unless `function` is given.

        Raises `UsageError` for what is not there or cannot be called, `DataError` for a module
        whose own code fails.
        """
        source: object = function
        if function is None:
            source, function = (find_in_file if ".py@" in name else find_in_module)(name)
        if not callable(function) or inspect.isclass(function):
            kind = "a class" if inspect.isclass(function) else f"of type {type(function).__name__}"
            raise UsageError(f"python:{name} is {kind}, not a function or a callable object.")
        if options.concurrency is not None and options.concurrency < 1:
            raise UsageError(f"python:{name}: concurrency={options.concurrency} is below 1.")
        self._name = name
        self._function = function
        self._input = options.input
        self._is_async = _is_async(function)
        self.identity = _identity(name, source, getattr(function, "identity", None))
        self.settings: Mapping[str, Json] = {"input": options.input}
        self.reads_images = options.input == "messages"
        self.batch = 1
        self.max_concurrency = options.concurrency or (None if self._is_async else 1)

    async def answer(self, calls: Sequence[Call]) -> Sequence[Reply]:
        """Call the callable once per call, one after the other."""
        return [await self._answer(call) for call in calls]

    async def close(self) -> None:
        """Hold nothing, so give nothing back; a call that runs is not waited for."""

    async def _answer(self, call: Call) -> Reply:
        argument = self._argument(call)
        try:
            if self._is_async:
                result = self._function(argument)
            else:
                result = await _in_daemon_thread(self._function, argument)
            if inspect.isawaitable(result):
                result = await result
        except (TryAgain, ModelError):
            raise
        except Exception as error:  # noqa: BLE001  (the one sample boundary: a user's code)
            return Reply(error=f"{type(error).__name__}: {error}")
        reply = _reply(result, call)
        wrong = wrong_letters(reply, call.ask.request.get("options", ()))
        return reply if wrong is None else Reply(error=f"returned a mapping whose {wrong}")

    def _argument(self, call: Call) -> Json:
        messages = call.ask.request["messages"]
        if self._input == "messages":
            return copy.deepcopy(openai_messages(call))
        for message in messages:
            if message["role"] != "user" or not isinstance(message["content"], str):
                raise ModelError(
                    f"python:{self._name} takes a prompt, and {call.item.id} has more than text "
                    f"of the user ({message['role']} turn): give -M input=messages."
                )
        return "\n\n".join(message["content"] for message in messages)


async def _in_daemon_thread(function: Callable[..., Any], argument: Json) -> Any:
    """Call it on a thread that an interrupted program does not wait for."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def finish(set_outcome: Callable[[Any], None], outcome: Any) -> None:
        if not future.done():
            set_outcome(outcome)

    def work() -> None:
        try:
            outcome: tuple[Callable[[Any], None], Any] = (future.set_result, function(argument))
        except StopIteration:  # a future cannot carry it: the wait would never end
            stopped = RuntimeError("the callable raised StopIteration")
            outcome = (future.set_exception, stopped)
        except BaseException as error:  # noqa: BLE001  (raised again where it is awaited)
            outcome = (future.set_exception, error)
        with contextlib.suppress(RuntimeError):  # the loop was closed by an interrupt
            loop.call_soon_threadsafe(finish, *outcome)

    threading.Thread(target=work, name="rbench-python", daemon=True).start()
    return await future


def from_callable(
    function: Callable[..., Any], name: str | None = None, options: PythonOptions | None = None
) -> PythonCallable:
    """Return the adapter for a function object, named by its module and name unless given."""
    own = f"{getattr(function, '__module__', '')}:{getattr(function, '__qualname__', '')}"
    named = name or (own if not own.endswith(":") else type(function).__name__)
    return PythonCallable(named, options or PythonOptions(), function)


def _is_async(function: Callable[..., Any]) -> bool:
    call = getattr(function, "__call__", None)  # noqa: B004  (an object with `async def __call__`)
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)


def _identity(name: str, source: object, declared: object) -> Mapping[str, Json] | None:
    sha256 = source_sha256(source)
    if isinstance(declared, Mapping):
        declared = dict(declared)
    elif declared is not None:
        raise UsageError(f"python:{name}: its attribute identity={declared!r} is not a mapping.")
    elif sha256 is None:
        return None
    identity = {"adapter": "python", "model": name, "source_sha256": sha256}
    return identity | ({"declared": declared} if declared else {})


def _reply(result: object, call: Call) -> Reply:
    if result is None or isinstance(result, str):
        return Reply(text=result)
    if not isinstance(result, Mapping):
        return Reply(error=f"returned {type(result).__name__}, not text, None or a mapping")
    unknown = [key for key in result if key not in GIVEN_FIELDS]
    if unknown:
        return Reply(error=f"returned the unknown key {unknown[0]!r}: {', '.join(GIVEN_FIELDS)}")
    try:
        reply = given_reply(result, finish="stop")
        pictures = given_pictures(result.get("images"), Path.cwd(), inside=False)
        return replace(reply, blobs=keep_pictures(pictures, call.blobs))
    except ValueError as error:
        return Reply(error=f"returned a mapping in which {error}")
