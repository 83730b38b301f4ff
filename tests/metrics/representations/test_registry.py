"""The names of the built-in representations."""

import pytest

from rbench.errors import UsageError
from rbench.metrics.representations.registry import (
    BUILT_IN,
    get_representation,
    list_representations,
)

FDR = ["dinov2-l", "convnextv2-b", "mae-l", "siglip2-so400m", "clip-l"]


@pytest.mark.parametrize("name", [*BUILT_IN, "pixels/28"])
def test_every_name_gives_the_representation_of_that_name(name: str) -> None:
    representation = get_representation(name)
    assert representation.name == name
    assert representation.source


def test_the_list_is_sorted_and_shows_how_families_are_named() -> None:
    names = list_representations()
    assert names[: len(BUILT_IN)] == sorted(BUILT_IN)
    assert {"pixels/SIZE", "timm/NAME", "open_clip/ARCHITECTURE/PRETRAINED"} <= set(names)
    assert {f"fdr/{name}" for name in FDR} <= set(names)


@pytest.mark.parametrize(
    ("name", "hint"),
    [("inception", "did you mean 'inception-v3'"), ("zzz", "known: "), ("timm/", "timm/")],
)
def test_an_unknown_name_is_answered_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=hint):
        get_representation(name)
