import asyncio
import io
import json
import shutil
import threading

import pytest
import torch
from PIL import Image

from rbench.errors import ModelError
from rbench.harness.adapters.hf_vision import write_seeing
from rbench.harness.types import Ask, Call
from tests.harness.hf_calls import adapter, answer, choice
from tests.harness.pictured_calls import pictured, png
from tests.harness.tiny_model import save_tiny_model
from tests.harness.tiny_vision_model import (
    PICTURE_TOKENS,
    VISION_TEMPLATE,
    save_tiny_vision_model,
    tiny_processor,
)

COLOURS = ["red", "blue", "green"]
CONTEXT = 256


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_tiny_vision_model(tmp_path_factory.mktemp("vision") / "tiny", context=CONTEXT)


@pytest.fixture
def copy(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "copy")


@pytest.fixture
def calls(tmp_path):
    """Two pictures, one picture, text only, one picture."""
    return [
        pictured(tmp_path, png("red"), png("blue"), number=1, text="Which is larger?"),
        pictured(tmp_path, png("blue"), number=2),
        pictured(tmp_path, number=3, text="How many sides has a square?"),
        pictured(tmp_path, png("green"), number=4, text="Count the corners, please. " * 2),
    ]


def alone(folder, call, tokens=8):
    """Return the tokens that transformers itself writes, one question at a time, no padding."""
    from transformers import AutoModelForImageTextToText, AutoProcessor, GenerationConfig

    processor = AutoProcessor.from_pretrained(folder)
    model = AutoModelForImageTextToText.from_pretrained(folder)
    content = call.ask.request["messages"][0]["content"]
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    text = processor.apply_chat_template(
        [{"role": "user", "content": parts}], add_generation_prompt=True
    )
    opened = [Image.open(io.BytesIO(call.blobs.read(name))) for name in call.item.blobs]
    inputs = processor(text=[text], images=opened or None, return_tensors="pt")
    config = GenerationConfig(max_new_tokens=tokens, do_sample=False, eos_token_id=2)
    out = model.generate(**inputs, generation_config=config)[0]
    return inputs["input_ids"].shape[1], out[inputs["input_ids"].shape[1] :], processor.tokenizer


def test_greedy_replies_are_those_of_transformers_one_at_a_time(folder, calls):
    replies = answer(adapter(folder, max_tokens=8, batch_size=6), calls)
    for call, reply in zip(calls, replies, strict=True):
        asked, out, tokenizer = alone(folder, call)
        assert reply.text == tokenizer.decode(out, skip_special_tokens=True)
        assert reply.usage == {"input": asked, "output": len(out)}
        assert reply.finish == ("stop" if out[-1] == 2 else "length")
        assert reply.error is None


def test_a_batch_has_its_rows_and_a_width_on_the_grid_and_is_padded_on_the_left(folder, calls):
    model = adapter(folder, batch_size=5)
    seen = []

    class Watched:
        def __call__(self, **given):
            seen.append(processor(**given))
            return seen[-1]

    processor = model._processor
    given = (Watched(), model._prompts, calls, model.options, 5, threading.Event())
    with torch.inference_mode():
        write_seeing(model._network, *given)
    pictured_rows, plain_rows = seen
    for batch in seen:
        assert batch["input_ids"].shape[0] == 5
        assert batch["input_ids"].shape[1] % 32 == 0
        mask = batch["attention_mask"]
        assert (mask.diff(dim=1) >= 0).all()
        assert not mask[:, 0].all()
    assert pictured_rows["pixel_values"].shape[0] == 6  # 2 + 1 + 1, and the last row twice more
    assert "pixel_values" not in plain_rows


def test_the_template_alone_writes_the_first_token(folder, copy, tmp_path):
    from tokenizers.processors import TemplateProcessing

    processor = tiny_processor()
    processor.tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
        single="<|endoftext|> $A", special_tokens=[("<|endoftext|>", 0)]
    )
    processor.save_pretrained(copy)
    call = pictured(tmp_path, png())
    for template, more in (("auto", 0), ("none", 1)):
        read = [
            answer(adapter(f, chat_template=template, max_tokens=1), [call])[0].usage["input"]
            for f in (folder, copy)
        ]
        assert read[1] - read[0] == more


def test_the_picture_matters_and_so_does_their_order(folder, tmp_path):
    shown = [(c,) for c in COLOURS] + [("red", "blue"), ("blue", "red"), ()]
    calls = [pictured(tmp_path, *map(png, colours), text="What?") for colours in shown]
    replies = answer(adapter(folder, max_tokens=12, batch_size=6), calls)
    assert len({reply.text for reply in replies}) == 6
    read = [reply.usage["input"] for reply in replies]
    assert [n - read[-1] for n in read] == [PICTURE_TOKENS * len(colours) for colours in shown]


def test_a_reply_does_not_depend_on_its_batch(folder, calls):
    model = adapter(folder, max_tokens=12, temperature=1.0, top_p=0.9, batch_size=4)
    together = answer(model, calls)
    assert answer(model, calls) == together
    assert answer(model, calls[::-1])[::-1] == together
    assert [answer(model, [one])[0] for one in calls] == together


def test_repeats_seeds_and_temperatures_draw_anew(folder, tmp_path):
    ways = [{}, {"repeat": 1}, {"seed": 1}, {"number": 2}, {"temperature": 0}]
    calls = [pictured(tmp_path, png(), **way) for way in ways]
    model = adapter(folder, max_tokens=12, temperature=1.0, batch_size=5)
    replies = answer(model, calls)
    assert len({reply.text for reply in replies}) == 5
    greedy = answer(adapter(folder, max_tokens=12, batch_size=5), calls)
    assert greedy[0].text == greedy[3].text == replies[4].text


def test_whether_a_model_sees_is_read_from_its_config(folder, copy, tmp_path):
    assert adapter(folder).reads_images is True
    assert adapter(save_tiny_model(tmp_path / "text")).reads_images is False
    config = json.loads((copy / "config.json").read_text())
    del config["architectures"]
    (copy / "config.json").write_text(json.dumps(config))
    assert adapter(copy).reads_images is True
    for change, sees in (
        ({"architectures": ["LlamaForCausalLM"]}, False),
        ({"auto_map": {"AutoModelForImageTextToText": "own.Model"}}, True),
        ({"auto_map": {"AutoModelForCausalLM": "own.Model"}}, False),
        ({"model_type": "own", "architectures": None}, False),
    ):
        (copy / "config.json").write_text(json.dumps(config | change))
        assert adapter(copy).reads_images is sees


def test_settings_in_the_models_own_generation_config_do_not_act(folder, copy, calls):
    config = json.loads((copy / "generation_config.json").read_text())
    config |= {"repetition_penalty": 9.0, "do_sample": True, "temperature": 3.0, "top_k": 1}
    config |= {"suppress_tokens": list(range(100, 200)), "max_new_tokens": 2, "num_beams": 2}
    (copy / "generation_config.json").write_text(json.dumps(config))
    model = adapter(copy, max_tokens=12)
    assert answer(model, calls) == answer(adapter(folder, max_tokens=12), calls)


def test_a_reply_ends_at_any_of_the_models_end_tokens(folder, copy, calls):
    _, out, _ = alone(folder, calls[1])
    config = json.loads((copy / "generation_config.json").read_text())
    config["eos_token_id"] = [2, int(out[2])]
    (copy / "generation_config.json").write_text(json.dumps(config))
    reply = answer(adapter(copy, max_tokens=8, batch_size=2), calls[1:2])[0]
    assert reply.finish == "stop"
    assert reply.usage["output"] == out.tolist().index(int(out[2])) + 1


def test_what_fills_the_context_gets_no_reply_and_leaves_the_others_alone(folder, calls, tmp_path):
    model = adapter(folder, max_tokens=6, batch_size=4)
    long = [
        pictured(tmp_path, png(), number=8, text="long " * CONTEXT),
        pictured(tmp_path, number=9, text="long " * CONTEXT),
    ]
    first, second, third, fourth = answer(model, [calls[1], *long, calls[2]])
    assert (second.text, second.finish) == (None, "context_length")
    assert (third.text, third.finish) == (None, "context_length")
    assert second.usage["input"] > CONTEXT
    assert [first, fourth] == [answer(model, [c])[0] for c in (calls[1], calls[2])]


def test_a_reply_stops_at_the_end_of_the_context(folder, tmp_path):
    model = adapter(folder, max_tokens=10 * CONTEXT, batch_size=2)
    texts = ["x" * n for n in range(150, 220)]
    calls = [pictured(tmp_path, png(), text=text, number=n) for n, text in enumerate(texts)]
    read = answer(adapter(folder, max_tokens=1), calls[:1])[0].usage["input"]
    near = calls[CONTEXT - 5 - read]
    reply, _ = answer(model, [near, calls[0]])  # the other goes on for longer
    assert reply.usage["input"] == CONTEXT - 5
    assert reply.usage["output"] == 5 or reply.finish == "stop"


def test_scores_that_are_not_numbers_are_an_error_and_no_reply(copy, calls):
    import safetensors.torch

    weights = safetensors.torch.load_file(copy / "model.safetensors")
    name = next(n for n in weights if n.endswith("model.norm.weight"))
    weights[name][:] = float("nan")
    safetensors.torch.save_file(weights, copy / "model.safetensors", {"format": "pt"})
    for options in ({}, {"temperature": 1.0}):
        for reply in answer(adapter(copy, max_tokens=4, **options), calls):
            assert reply.text is None
            assert "not finite" in reply.error


def test_an_interrupted_run_writes_no_further(folder, calls):
    model = adapter(folder, batch_size=4)
    stop = threading.Event()
    stop.set()
    given = (model._processor, model._prompts, calls, model.options, 4, stop)
    with torch.inference_mode():
        replies = write_seeing(model._network, *given)
    assert {reply.usage["output"] for reply in replies} == {0}


def test_it_stops_in_the_middle_of_a_reply(folder, calls, monkeypatch):
    from rbench.harness.adapters import hf_vision

    model = adapter(folder, max_tokens=200, batch_size=1)
    stop = threading.Event()

    class Stopping(hf_vision.Sampler):
        def pick(self, logits):
            stop.set()
            return super().pick(logits)

    monkeypatch.setattr(hf_vision, "Sampler", Stopping)
    given = (model._processor, model._prompts, calls[1:2], model.options, 1, stop)
    with torch.inference_mode():
        (reply,) = write_seeing(model._network, *given)
    assert reply.usage["output"] == 1


def test_options_are_not_chosen_by_pictures(folder, tmp_path):
    model = adapter(folder, response="loglikelihood", batch_size=2)
    call = pictured(tmp_path, png(), number=7, options={"A": "x", "B": "y"})
    with pytest.raises(ModelError, match=r"math/7 has pictures.*-M response=generate"):
        answer(model, [call])


def test_options_of_plain_questions_are_chosen_by_their_likelihood(folder):
    from transformers import AutoModelForImageTextToText

    (reply,) = answer(adapter(folder, response="loglikelihood", batch_size=2), [choice("Which?")])
    tokenizer = tiny_processor().tokenizer
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float64)
    prompt = "<|im_start|>user\nWhich?<|im_end|>\n<|im_start|>assistant\nANSWER: "
    sums = {}
    for letter in "ABC":
        tokens = tokenizer.encode(prompt + letter)
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([tokens])).logits[0].log_softmax(dim=-1)
        sums[letter] = sum(float(logits[i - 1, t]) for i, t in enumerate(tokens) if i)
    scores = reply.option_scores["logprob"]
    for letter in "BC":
        difference = scores[letter] - scores["A"]
        assert difference == pytest.approx(sums[letter] - sums["A"], abs=1e-3)


def test_a_picture_that_cannot_be_read_costs_its_own_sample_only(folder, calls, tmp_path):
    broken = pictured(tmp_path, b"\x89PNG\r\n\x1a\n and no more", number=6)
    model = adapter(folder, max_tokens=4, batch_size=3)
    first, second, third = answer(model, [calls[1], broken, calls[2]])
    assert "cannot be read" in second.error
    assert [first, third] == answer(model, [calls[1], calls[2]])


def test_text_that_holds_the_models_own_sign_of_a_picture_is_an_error(folder, tmp_path):
    call = pictured(tmp_path, png(), text="What is <image>?")
    (reply,) = answer(adapter(folder, max_tokens=4), [call])
    assert "'<image>'" in reply.error


def test_plain_text_has_the_sign_of_a_picture_where_the_picture_was(folder, tmp_path):
    model = adapter(folder, chat_template="none", max_tokens=4)
    assert model.settings["chat_template"] == "none"
    call = pictured(tmp_path, png(), text="What?")
    assert model._prompts.text(call.ask.request["messages"]) == "<image>What?\n\n"
    assert answer(model, [call])[0].error is None


def test_the_template_is_the_processors_or_a_files(folder, tmp_path):
    messages = pictured(tmp_path, png(), text="What?").ask.request["messages"]
    messages = [{"role": "system", "content": "Be brief."}, *messages]
    own = adapter(folder)
    assert own._prompts.template == VISION_TEMPLATE
    assert own._prompts.text(messages) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n<image>What?<|im_end|>\n"
        "<|im_start|>assistant\n"
    )
    file = tmp_path / "own.jinja"
    file.write_text(
        "{% for m in messages %}{% for p in m.content %}[{{ p.type }}]{% endfor %}{% endfor %}"
    )
    assert adapter(folder, chat_template=str(file))._prompts.text(messages) == "[text][image][text]"


def test_a_model_without_its_processor_is_refused(copy, calls):
    (copy / "processor_config.json").unlink()
    with pytest.raises(ModelError, match=r"processor|cannot be loaded"):
        answer(adapter(copy), calls)


def test_weights_and_pictures_have_the_dtype_that_was_asked_for(folder, calls):
    model = adapter(folder, dtype="bfloat16", device="cpu", max_tokens=3)
    assert [reply.error for reply in answer(model, calls)] == [None] * 4
    assert model._network.model.dtype == torch.bfloat16


def test_a_text_model_refuses_pictures_and_says_what_to_do(tmp_path):
    model = adapter(save_tiny_model(tmp_path / "text"))
    with pytest.raises(ModelError, match=r"reads text only.*-T images=omit"):
        answer(model, [pictured(tmp_path, png())])


def test_a_closed_model_can_be_used_again(folder, calls):
    model = adapter(folder, max_tokens=4)
    first = answer(model, calls)
    asyncio.run(model.close())
    assert answer(model, calls) == first


def test_a_picture_stands_where_the_message_has_it(folder, tmp_path):
    call = pictured(tmp_path, png(), text="What?")
    content = call.ask.request["messages"][0]["content"]
    turned = {"messages": [{"role": "user", "content": content[::-1]}]}
    other = Call(call.item, 0, 0, Ask("model", turned), 0, call.blobs)
    assert "What?<image>" in adapter(folder)._prompts.text(turned["messages"])
    first, second = answer(adapter(folder, max_tokens=12), [call, other])
    assert first.text != second.text
