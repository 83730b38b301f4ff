"""A tiny image-text model with random weights: it sees, and writes noise.

A Llava: CLIP's vision transformer of two layers before a Llama of two, with the byte-level
tokenizer of `tiny_model` and one more token, ``<image>``. For a server with it::

    python -m tests.harness.tiny_vision_model FOLDER
    transformers serve FOLDER
"""

import argparse
from pathlib import Path
from typing import Any

from tests.harness.tiny_model import tiny_tokenizer

VISION_CONTEXT = 4096
PICTURE_TOKENS = 16
VISION_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tiny_vision_model(seed: int = 0, context: int = VISION_CONTEXT) -> Any:
    """Make the model: pictures of 32 x 32 pixels in patches of 8 x 8, one token each."""
    import torch
    from transformers import (
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
    )

    tokenizer = tiny_processor().tokenizer
    seeing = CLIPVisionConfig(
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=32,
        patch_size=8,
        projection_dim=32,
    )
    writing = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context,
        bos_token_id=1,
        eos_token_id=2,
        tie_word_embeddings=True,
    )
    config = LlavaConfig(
        vision_config=seeing,
        text_config=writing,
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        image_seq_length=PICTURE_TOKENS,
        vision_feature_layer=-1,
        vision_feature_select_strategy="default",
        tie_word_embeddings=True,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = LlavaForConditionalGeneration(config).eval()
        for weight in model.parameters():  # as initialised, all tokens are about equally likely
            if weight.dim() > 1:
                torch.nn.init.normal_(weight, std=0.2)
    return model


def tiny_processor() -> Any:
    """Make the processor: tokenizer, pictures shrunk to 32 x 32, a template of parts."""
    from transformers import CLIPImageProcessor, LlavaProcessor

    tokenizer = tiny_tokenizer()
    tokenizer.add_special_tokens({"additional_special_tokens": ["<image>"]})
    tokenizer.chat_template = VISION_TEMPLATE
    tokenizer.pad_token = "<|endoftext|>"
    seeing = CLIPImageProcessor(
        size={"height": 32, "width": 32}, crop_size={"height": 32, "width": 32}
    )
    return LlavaProcessor(
        seeing,
        tokenizer,
        patch_size=8,
        vision_feature_select_strategy="default",
        chat_template=VISION_TEMPLATE,
        num_additional_image_tokens=1,
    )


def save_tiny_vision_model(folder: Path, seed: int = 0, context: int = VISION_CONTEXT) -> Path:
    """Write the model and its processor as `save_pretrained` does."""
    tiny_vision_model(seed, context).save_pretrained(folder)
    tiny_processor().save_pretrained(folder)
    return folder


def main() -> None:
    """Write the model into a folder."""
    parser = argparse.ArgumentParser(description="Write a tiny image-text model.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(save_tiny_vision_model(given.folder, given.seed))


if __name__ == "__main__":
    main()
