import asyncio
import importlib
import sys
import threading

import pytest

from rbench.errors import DataError, ModelError, TryAgain, UsageError
from rbench.harness.adapters.python_callable import PythonCallable, PythonOptions, from_callable
from rbench.harness.load_object import load_from_file
from rbench.harness.source_hash import source_sha256
from rbench.harness.types import Ask, Call, Item, Reply
from tests.harness.pictured_calls import pictured, png

MESSAGES = [{"role": "user", "content": "What is 1+1?"}]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Stand in an empty folder; forget what is imported from it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if file.startswith(str(tmp_path)):
            del sys.modules[name]


def call(messages=MESSAGES, options=None):
    request = {"messages": messages, "options": options or {"A": "1", "B": "2"}}
    return Call(Item("en/1", "en", "1", {}), 0, 0, Ask("model", request), 0)


def answer(adapter, *calls):
    async def run():
        replies = await asyncio.wait_for(adapter.answer(calls or [call()]), 30)
        await adapter.close()
        return replies

    return asyncio.run(run())


def reply_of(function, **options):
    return answer(from_callable(function, options=PythonOptions(**options)))[0]


def plain(prompt):
    return f"You asked: {prompt}"


# What goes in


def test_a_prompt_is_the_text_of_the_users_turns():
    turns = [*MESSAGES, {"role": "user", "content": "And 2+2?"}]
    adapter = from_callable(plain)
    assert answer(adapter, call(turns))[0].text == "You asked: What is 1+1?\n\nAnd 2+2?"


def test_messages_are_handed_over_whole_and_cannot_be_spoiled():
    seen = []

    def spoil(messages):
        seen.append([dict(m) for m in messages])
        messages[0]["content"] = "spoiled"
        return "x"

    turns = [{"role": "system", "content": "Be short."}, *MESSAGES]
    answer(from_callable(spoil, options=PythonOptions(input="messages")), call(turns), call(turns))
    assert seen == [turns, turns]


def test_pictures_are_handed_over_as_data_urls(tmp_path):
    seen = []
    adapter = from_callable(seen.append, options=PythonOptions(input="messages"))
    answer(adapter, pictured(tmp_path, png(), text="What?"))
    picture, text = seen[0][0]["content"]
    assert picture["image_url"]["url"].startswith("data:image/png;base64,iVBORw0KGgo")
    assert text == {"type": "text", "text": "What?"}
    assert adapter.reads_images is True


def test_a_prompt_has_no_pictures_and_says_so(tmp_path):
    adapter = from_callable(plain)
    assert adapter.reads_images is False
    with pytest.raises(ModelError, match="-M input=messages"):
        answer(adapter, pictured(tmp_path, png()))


@pytest.mark.parametrize(
    "turn",
    [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]},
    ],
)
def test_a_prompt_that_would_lose_a_turn_ends_the_run(turn):
    with pytest.raises(ModelError, match=r"en/1 .*input=messages"):
        answer(from_callable(plain), call([turn, *MESSAGES]))


# What comes out


def test_text_none_and_mappings_are_replies():
    assert reply_of(lambda p: "ANSWER: A") == Reply(text="ANSWER: A")
    assert reply_of(lambda p: None) == Reply(text=None)
    full = {"text": "A", "reasoning": "r", "finish": "length", "usage": {"output": 3}}
    assert reply_of(lambda p: full) == Reply("A", "r", "length", usage={"output": 3})
    scores = {"logprob": {"A": -1, "B": -2.5}}
    assert reply_of(lambda p: {"option_scores": scores}).option_scores == scores


def test_pictures_in_a_mapping_are_kept_as_blobs(tmp_path):
    (tmp_path / "drawn.png").write_bytes(png("blue"))
    images = [png("red"), str(tmp_path / "drawn.png")]
    call = pictured(tmp_path / "blobs", options={})
    (reply,) = answer(from_callable(lambda _: {"images": images}), call)
    assert (reply.text, reply.error) == (None, None)
    assert [call.blobs.read(name) for name in reply.blobs] == [png("red"), png("blue")]
    (wrong,) = answer(from_callable(lambda _: {"text": "x", "images": [b"no"]}), call)
    assert "returned a mapping in which images[0] is no picture" in wrong.error


def test_an_async_callable_is_awaited():
    async def model(prompt):
        await asyncio.sleep(0)
        return prompt.upper()

    class Model:
        async def __call__(self, prompt):
            return prompt.lower()

    assert reply_of(model).text == "WHAT IS 1+1?"
    assert reply_of(Model()).text == "what is 1+1?"
    assert reply_of(lambda p: model(p)).text == "WHAT IS 1+1?"


@pytest.mark.parametrize(
    ("result", "error"),
    [
        (4, "returned int, not text, None or a mapping"),
        (b"A", "returned bytes"),
        ({"txt": "A"}, "unknown key 'txt'"),
        ({"reasoning": "r"}, "there is no 'text'"),
        ({"text": 4}, "text is 4, not text"),
        ({"text": "A", "usage": {"output": True}}, "usage is {'output': True}"),
        ({"option_scores": {"logprob": {"A": -1.0}}}, "for A, and the options are A, B"),
        ({"option_scores": {"logprob": {"A": -1.0, "B": float("nan")}}}, "nan"),
        ({"option_scores": {"logprob": {"A": 10**400, "B": 0}}}, "not finite"),
        ({"option_scores": {}}, "option_scores is {}"),
    ],
)
def test_anything_else_is_an_error_of_its_sample(result, error):
    reply = reply_of(lambda p: result)
    assert reply.text is None
    assert error in reply.error


# What goes wrong


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("error", [ValueError("bad prompt"), StopIteration(), TimeoutError("slow")])
def test_an_exception_is_an_error_of_its_sample(error, is_async):
    def fail(prompt):
        raise error

    async def fail_async(prompt):
        raise error

    reply = reply_of(fail_async if is_async else fail)
    expected = "StopIteration" if isinstance(error, StopIteration) else f"{error}"
    assert reply.text is None
    assert expected in reply.error


def test_the_error_says_its_kind():
    def fail(prompt):
        raise ValueError("bad prompt")

    assert reply_of(fail).error == "ValueError: bad prompt"


@pytest.mark.parametrize("error", [TryAgain("busy"), ModelError("gone"), asyncio.CancelledError()])
def test_what_concerns_the_run_passes(error):
    async def fail(prompt):
        raise error

    with pytest.raises(type(error)):
        reply_of(fail)


@pytest.mark.parametrize("is_async", [False, True])
def test_an_interrupt_passes(is_async):
    def stop(prompt):
        raise KeyboardInterrupt

    async def stop_async(prompt):
        raise KeyboardInterrupt

    adapter = from_callable(stop_async if is_async else stop)
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(adapter.answer([call()]))


# Threads


def test_a_sync_callable_runs_in_one_thread_that_is_not_the_loops():
    threads = [reply.text for reply in answer(from_callable(lambda p: thread()), call(), call())]
    assert len(set(threads)) == 1
    assert threads[0] != thread()


def thread():
    return threading.current_thread().name


def test_concurrency_lets_that_many_calls_run_at_once():
    both = threading.Barrier(2, timeout=20)

    def meet(prompt):
        both.wait()
        return "met"

    adapter = from_callable(meet, options=PythonOptions(concurrency=2))

    async def run():
        return await asyncio.gather(adapter.answer([call()]), adapter.answer([call()]))

    assert adapter.max_concurrency == 2
    assert [replies[0].text for replies in asyncio.run(run())] == ["met", "met"]


def test_limits_by_kind_of_callable():
    async def model(prompt):
        return ""

    assert from_callable(plain).max_concurrency == 1
    assert from_callable(model).max_concurrency is None
    assert from_callable(model, options=PythonOptions(concurrency=3)).max_concurrency == 3
    with pytest.raises(UsageError, match="concurrency=0"):
        from_callable(plain, options=PythonOptions(concurrency=0))


# Finding the callable


def test_a_module_of_the_current_directory_is_found(folder):
    (folder / "pkg").mkdir()
    (folder / "pkg" / "mod.py").write_text("def ask(prompt):\n    return 'ANSWER: B'\n")
    adapter = PythonCallable("pkg.mod:ask", PythonOptions())
    assert answer(adapter)[0].text == "ANSWER: B"
    assert adapter.identity["model"] == "pkg.mod:ask"
    assert adapter.settings == {"input": "prompt"}


def test_a_callable_of_a_file_is_found_with_its_neighbours(folder):
    (folder / "sub").mkdir()
    (folder / "sub" / "neighbour_of_model.py").write_text("LETTER = 'C'\n")
    (folder / "sub" / "model.py").write_text(
        "from neighbour_of_model import LETTER\nask = lambda prompt: LETTER\n"
    )
    assert answer(PythonCallable("sub/model.py@ask", PythonOptions()))[0].text == "C"


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        ("nowhere_to_be_found:ask", UsageError, "no module 'nowhere_to_be_found'"),
        ("mod.sub:ask", UsageError, "no module 'mod.sub'"),
        ("mod:aks", UsageError, "no 'aks'; did you mean 'ask'"),
        ("mod:NUMBER", UsageError, "of type int, not a function"),
        ("mod:Model", UsageError, "is a class"),
        ("mod:", UsageError, "not package.module:callable"),
        ("mod", UsageError, "not package.module:callable"),
        ("broken:ask", DataError, r"ZeroDivisionError: division by zero \(.*broken.py, line 2\)"),
        ("needy:ask", DataError, "No module named 'not_installed'"),
        ("unparsable:ask", DataError, r"SyntaxError: .*unparsable.py, line 1"),
        ("leaving:ask", DataError, "SystemExit: 3"),
        ("gone.py@ask", UsageError, "no file 'gone.py'"),
        ("mod.py@aks", UsageError, "no 'aks'; did you mean 'ask'"),
        ("broken.py@ask", DataError, r"ZeroDivisionError: .*line 2"),
        ("needy.py@ask", DataError, "No module named 'not_installed'"),
    ],
)
def test_what_cannot_be_loaded_gets_one_sentence(folder, target, error, message):
    (folder / "mod.py").write_text(
        "NUMBER = 3\nclass Model: ...\ndef ask(prompt):\n    return ''\n"
    )
    (folder / "broken.py").write_text("\n1 / 0\n")
    (folder / "needy.py").write_text("import not_installed\n")
    (folder / "unparsable.py").write_text("def ask(:\n")
    (folder / "leaving.py").write_text("raise SystemExit(3)\n")
    with pytest.raises(error, match=message) as raised:
        PythonCallable(target, PythonOptions())
    assert "\n" not in str(raised.value)


def test_a_file_loads_dataclasses_runs_once_and_again_when_edited(folder):
    path = folder / "thing.py"
    path.write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Thing:\n    size: int = 1\n"
    )
    thing = load_from_file("thing.py@Thing")
    assert thing().size == 1
    assert load_from_file(f"{path}@Thing") is thing
    path.write_text(path.read_text().replace("= 1", "= 2"))
    assert load_from_file("thing.py@Thing")().size == 2


# Identity: edited code is another model


def test_the_hash_covers_the_package_and_the_neighbours_it_imports(folder):
    sources = {
        "pk/__init__.py": "",
        "pk/model.py": "from pk import helper\ndef ask(prompt):\n    import beside\n",
        "pk/helper.py": "X = 1\n",
        "beside.py": "import other_beside\n",
        "other_beside.py": "Y = 1\n",
        "unrelated.py": "Z = 1\n",
    }

    def write(changed=None):
        for name, text in sources.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text + ("# edited\n" if name == changed else ""))

    def sha256():
        return PythonCallable("pk.model:ask", PythonOptions()).identity["source_sha256"]

    write()
    original = sha256()
    assert sha256() == original
    for name in sources:
        write(name)
        assert (sha256() == original) is (name == "unrelated.py"), name
    write()
    (folder / "pk" / "new.py").write_text("")
    assert sha256() != original


def test_the_hash_does_not_depend_on_the_place(folder, monkeypatch):
    hashes = []
    for place in ("one", "two"):
        (folder / place).mkdir()
        (folder / place / "same.py").write_text("def ask(prompt):\n    return ''\n")
        hashes.append(source_sha256(load_from_file(f"{place}/same.py@ask")))
    assert hashes[0] == hashes[1] is not None


def test_a_function_of_a_module_has_the_modules_hash():
    module = sys.modules[__name__]
    assert source_sha256(plain) == source_sha256(module) is not None
    assert from_callable(plain).identity == {
        "adapter": "python",
        "model": f"{__name__}:plain",
        "source_sha256": source_sha256(module),
    }


class Stateful:
    def answer(self, prompt):
        return ""

    def __call__(self, prompt):
        return ""


def test_no_identity_where_the_source_does_not_say_it_all():
    namespace = {"__name__": __name__}
    exec("def typed_in(prompt): return ''", namespace)
    suffix = "!"
    for model in (
        namespace["typed_in"],
        lambda prompt: prompt + suffix,
        Stateful(),
        Stateful().answer,
        str.upper,
    ):
        assert source_sha256(model) is None
        assert from_callable(model).identity is None


def test_exec_into_a_module_has_no_source(folder):
    (folder / "host.py").write_text("def own(prompt): return ''\n")
    sys.path.insert(0, str(folder))
    host = importlib.import_module("host")
    exec("def injected(prompt): return ''", host.__dict__)
    assert source_sha256(host.own) is not None
    assert source_sha256(host.injected) is None


def test_a_callable_may_say_its_identity_itself():
    model = Stateful()
    model.identity = {"weights": "ab12"}
    identity = from_callable(model, "mine").identity
    assert identity == {
        "adapter": "python",
        "model": "mine",
        "source_sha256": None,
        "declared": {"weights": "ab12"},
    }
    model.identity = "ab12"
    with pytest.raises(UsageError, match="identity='ab12' is not a mapping"):
        from_callable(model)
