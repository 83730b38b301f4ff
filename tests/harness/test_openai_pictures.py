"""The OpenAI adapter and pictures: those of the question, and those of the reply."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from rbench.errors import ModelError, TryAgain, UsageError
from rbench.harness.adapters.openai import OpenAIAdapter, OpenAIOptions
from rbench.harness.adapters.openai_reply import parse_reply
from rbench.harness.blobs import BlobFolder
from rbench.harness.options import build
from rbench.harness.types import Call, Reply
from tests.harness.pictured_calls import data_url, pictured, png
from tests.harness.stub_server import DRAWN, StubServer

Outcome = Reply | TryAgain | ModelError


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def attempt(server: StubServer, calls: list[Call], **options: Any) -> list[Outcome]:
    """Make one attempt at each call, one after the other."""
    model = OpenAIAdapter("stub", build(OpenAIOptions, {"base_url": server.url, **options}, "o"))

    async def main() -> list[Outcome]:
        results: list[Outcome] = []
        for call in calls:
            try:
                results += await model.answer([call])
            except (TryAgain, ModelError) as error:
                results.append(error)
        await model.close()
        return results

    return asyncio.run(main())


def test_pictures_arrive_before_the_text(tmp_path: Path) -> None:
    with StubServer() as server:
        (reply,) = attempt(server, [pictured(tmp_path, png("red"), png("blue"))])
        (seen,) = server.requests
    assert isinstance(reply, Reply)
    assert reply.error is None
    assert seen.pictures == [png("red"), png("blue")]
    kinds = [part["type"] for part in seen.body["messages"][0]["content"]]
    assert kinds == ["image_url", "image_url", "text"]
    assert seen.text.endswith("What is it?")


def test_another_picture_gets_another_reply_of_the_stub(tmp_path: Path) -> None:
    with StubServer() as server:
        calls = [pictured(tmp_path, png((i, 0, 0))) for i in range(12)]
        replies = attempt(server, calls)
        assert len(server.asked) == 12
    assert len({reply.text for reply in replies if isinstance(reply, Reply)}) > 1


def test_image_detail_is_sent_and_a_setting_only_where_it_is_set(tmp_path: Path) -> None:
    with StubServer() as server:
        attempt(server, [pictured(tmp_path, png())])
        attempt(server, [pictured(tmp_path, png())], image_detail="low")
        plain, low = [
            seen.body["messages"][0]["content"][0]["image_url"] for seen in server.requests
        ]
        assert set(server.requests[1].body) == {"model", "messages"}
    assert low == plain | {"detail": "low"}
    assert "detail" not in plain
    options = {"base_url": "http://127.0.0.1:1/v1"}
    unset = OpenAIAdapter("m", build(OpenAIOptions, options, "o"))
    fine = OpenAIAdapter("m", build(OpenAIOptions, {**options, "image_detail": "high"}, "o"))
    assert "image_detail" not in unset.settings
    assert fine.settings == {**unset.settings, "image_detail": "high"}
    with pytest.raises(UsageError, match="image_detail='tiny' is not one of low, high, auto"):
        build(OpenAIOptions, {"image_detail": "tiny"}, "adapter 'openai'")


def test_the_temperature_of_a_request_goes_before_the_adapters_own(tmp_path: Path) -> None:
    calls = [pictured(tmp_path), pictured(tmp_path, temperature=0.7)]
    with StubServer() as server:
        attempt(server, calls)
        attempt(server, calls, temperature=0.2)
        sent = [seen.body.get("temperature") for seen in server.requests]
    assert sent == [None, 0.7, 0.2, 0.7]


def test_a_server_that_refuses_pictures_ends_the_run_with_the_blind_baseline(
    tmp_path: Path,
) -> None:
    calls = [pictured(tmp_path, png(), number=i) for i in range(3)]
    for fault in ("no-pictures-400", "no-pictures-404", "no-pictures-500"):
        with StubServer(fault) as server:
            results = attempt(server, calls)
        errors = [r for r in results if isinstance(r, ModelError)]
        assert len(errors) == 1, fault
        assert "-T images=omit" in str(errors[0])
        assert isinstance(results[0], Reply)
        assert "HTTP" in str(results[0].error)


@pytest.mark.parametrize(
    ("status", "message"),
    [(413, "Request Entity Too Large"), (400, "image exceeds 5 MB maximum: 6291456 bytes")],
)
def test_a_server_that_finds_pictures_too_large_is_told_smaller_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, message: str
) -> None:
    async def refuse(*_: Any) -> tuple[int, dict[str, str], bytes]:
        return status, {}, json.dumps({"error": message}).encode()

    monkeypatch.setattr(OpenAIAdapter, "_post", refuse)
    model = OpenAIAdapter("m", build(OpenAIOptions, {"base_url": "http://x.test/v1"}, "o"))
    calls = [pictured(tmp_path, png(), number=i) for i in range(3)]

    async def main() -> None:
        for call in calls:
            await model.answer([call])

    with pytest.raises(ModelError, match="-T max_side=1024") as raised:
        asyncio.run(main())
    assert "images=omit" not in str(raised.value)


def test_a_refusal_of_text_does_not_speak_of_pictures(tmp_path: Path) -> None:
    with StubServer("all-400") as server:
        results = attempt(server, [pictured(tmp_path, number=i) for i in range(3)])
    assert isinstance(results[2], ModelError)
    assert "images=omit" not in str(results[2])


def test_other_failures_of_pictured_requests_are_what_they_were(tmp_path: Path) -> None:
    for fault, kind in (("404", ModelError), ("sticky-500", TryAgain), ("401", ModelError)):
        with StubServer(fault, share=1.0) as server:
            (result,) = attempt(server, [pictured(tmp_path, png())])
        assert isinstance(result, kind), fault


def test_a_drawn_reply_is_kept_as_a_blob_and_needs_no_text(tmp_path: Path) -> None:
    with StubServer("draws") as server:
        (reply,) = attempt(server, [pictured(tmp_path, png())])
    assert isinstance(reply, Reply)
    assert (reply.text, reply.error, len(reply.blobs)) == (None, None, 1)
    assert data_url(BlobFolder(tmp_path).read(reply.blobs[0])) == DRAWN


def test_pictures_beside_text_keep_the_text(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    parts = [
        {"type": "text", "text": "Here: "},
        {"type": "image_url", "image_url": {"url": data_url(png())}},
        {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}},
        {"type": "text", "text": "done"},
    ]
    body = json.dumps({"choices": [{"message": {"content": parts}}]}).encode()
    reply = parse_reply(body, blobs)
    assert reply.text == "Here: done"
    assert [blobs.read(name) for name in reply.blobs] == [png()]
    assert parse_reply(body).blobs == ()
