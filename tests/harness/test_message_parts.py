import base64
import json

import pytest

from rbench.errors import ModelError, RunDirectoryError
from rbench.harness.adapters.message_parts import has_pictures, openai_messages
from rbench.harness.types import Ask, Call, Item
from tests.harness.pictured_calls import pictured, png


def test_a_picture_becomes_a_data_url_in_its_place_and_the_text_stays(tmp_path):
    call = pictured(tmp_path, png("red"), png("blue"), text="Which?")
    (message,) = openai_messages(call)
    assert message["role"] == "user"
    first, second, text = message["content"]
    assert text == {"type": "text", "text": "Which?"}
    for part, colour in ((first, "red"), (second, "blue")):
        assert part["type"] == "image_url"
        head, _, data = part["image_url"]["url"].partition(",")
        assert head == "data:image/png;base64"
        assert base64.b64decode(data) == png(colour)
        assert set(part["image_url"]) == {"url"}


def test_the_media_type_is_that_of_the_blob(tmp_path):
    call = pictured(tmp_path, png())
    name = call.blobs.write(b"\xff\xd8\xff some JPEG", "jpg")
    other = Call(Item("a", "a", "a", {}, (name,)), 0, 0, call.ask, 0, call.blobs)
    url = openai_messages(other)[0]["content"][0]["image_url"]["url"]
    assert url.startswith("data:image/jpeg;base64,")


def test_detail_goes_with_every_picture(tmp_path):
    parts = openai_messages(pictured(tmp_path, png(), png("blue")), "low")[0]["content"]
    assert [part.get("image_url", {}).get("detail") for part in parts] == ["low", "low", None]


def test_text_alone_stays_byte_for_byte():
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Wie groß?", "name": "x"},
    ]
    call = Call(Item("a", "a", "a", {}), 0, 0, Ask("model", {"messages": messages}), 0)
    assert json.dumps(openai_messages(call, "low")) == json.dumps(messages)
    assert not has_pictures(messages)


def test_the_request_itself_is_not_changed(tmp_path):
    call = pictured(tmp_path, png())
    before = json.dumps(call.ask.request)
    openai_messages(call)
    assert json.dumps(call.ask.request) == before
    assert has_pictures(call.ask.request["messages"])


def test_a_picture_that_is_not_there_is_named(tmp_path):
    call = pictured(tmp_path, png())
    bare = Call(Item("math/7", "math", "7", {}), 0, 0, call.ask, 0, call.blobs)
    with pytest.raises(ModelError, match="math/7 asks for picture 0 and has 0"):
        openai_messages(bare)
    (tmp_path / call.item.blobs[0]).unlink()
    with pytest.raises(RunDirectoryError):
        openai_messages(call)
