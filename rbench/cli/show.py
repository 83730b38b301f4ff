"""`rbench show`: a task or an adapter, with its options, its data and its models."""

import importlib
import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from rbench.harness.options import describe

if TYPE_CHECKING:
    from rbench.harness.cards import Card


def command(
    what: Annotated[
        Literal["task", "adapter", "sampler"], typer.Argument(help="task, adapter or sampler")
    ],
    name: Annotated[str, typer.Argument(help="Its name, e.g. rbench-t, openai, meanflow.")],
) -> int:
    """Show what a task, an adapter or a sampler is, its options with types and defaults."""
    if what == "task":
        _show_task(name)
    elif what == "sampler":
        from rbench.harness.samplers import sampler_type

        found = sampler_type(name)
        print(f"sampler {name}\n\n{_text(found)}\n")
        _print_options(found, "-M")
    else:
        _show_adapter(name)
    return 0


def _show_task(name: str) -> None:
    from rbench.evaluation.loaded_task import split_subset
    from rbench.harness.registry import is_image_task, task_type

    entry, _ = split_subset(name)
    found = task_type(entry)
    print(f"task {entry}\n\n{_text(found)}\n")
    _print_options(found.Options, "-T")
    card_name = getattr(found, "card", None)
    if card_name is None:
        return
    if is_image_task(found):
        from rbench.harness.image_card import image_card_facts, load_image_card

        images = load_image_card(card_name)
        _print_card(images.name, images.title, image_card_facts(images), images.prose)
    else:
        from rbench.harness.cards import load_card

        card = load_card(card_name)
        _print_card(card.name, card.title, _facts(card), card.prose)


def _print_card(name: str, title: str, facts: Iterator[tuple[str, str]], prose: str) -> None:
    print(f"\ndata card {name}: {title}")
    print("\n".join(f"  {fact:<13} {value}".rstrip() for fact, value in facts))
    print(f"\n{prose.strip()}")


def _show_adapter(name: str) -> None:
    """Show what answers under that name, and what makes images under it."""
    from rbench.errors import UsageError, nearest
    from rbench.harness.generators import GENERATORS
    from rbench.harness.generators.network_options import NetworkOptions
    from rbench.harness.generators.opening import generator_type
    from rbench.harness.registry import ADAPTERS, adapter_type, names, split_model

    entry = split_model(name)[0] if "/" in name or ":" in name else name
    answering = names(ADAPTERS, "rbench.adapters")
    generating = names(GENERATORS, "rbench.generators")
    if entry not in answering and entry not in generating and ".py@" not in entry:
        known = sorted({*answering, *generating})
        raise UsageError(f"there is no adapter {entry!r}{nearest(entry, known)}")
    if entry in answering or ".py@" in entry:
        _show_answerer(entry, adapter_type(entry))
    if entry in generating:
        found = generator_type(entry)
        print(f"adapter {entry}, for images\n\n{_text(found)}\n")
        _print_options(found.Options, "-M")
        # A pipeline of diffusers has a scheduler of its own.
        if issubclass(found.Options, NetworkOptions) and entry != "diffusers":
            print("  -M sampler=<NAME>, and the sampler's own options: see rbench list samplers\n"
                  "      and rbench show sampler NAME")  # fmt: skip
        if entry == "zoo":
            from rbench.zoo.image_zoo import IMAGE_MODELS

            print("\nmodels:")
            for model, place in IMAGE_MODELS.items():
                first, *_ = _text(importlib.import_module(place.partition(":")[0])).split("\n")
                print(f"  zoo/{model}: {first}")


def _show_answerer(entry: str, found: Any) -> None:
    from rbench.harness.registry import adapter_type

    print(f"adapter {entry}\n\n{_text(found)}\n")
    if not hasattr(found, "Options"):
        print("It is a plain function, called through the adapter python, whose options it takes.")
        found = adapter_type("python")
    _print_options(found.Options, "-M")
    if entry == "zoo":
        from rbench.zoo import MODELS

        print("\nmodels:")
        for module in MODELS.values():
            first, *_ = _text(importlib.import_module(module)).split("\n")
            print(f"  {first}")
    print()


def _text(found: object) -> str:
    return inspect.getdoc(inspect.getmodule(found)) or inspect.getdoc(found) or ""


def _print_options(declared: type, flag: str) -> None:
    options = describe(declared)
    print("options:" if options else "It takes no options.")
    for o in options:
        default = "unset" if o.default is None else o.default
        print(f"  {flag} {o.name}=<{o.type}>  (default: {default})\n      {o.help}")


def _facts(card: "Card") -> Iterator[tuple[str, str]]:
    """Yield the facts of a card, what each is called, and further lines under an empty name."""
    yield "hub", card.hub or "not on the hub"
    if card.hub:
        yield "revision", card.revision or "none is pinned; the newest is taken and recorded"
    yield "licence", card.licence
    yield "redistribute", f"{'yes' if card.redistribute else 'no'}: {card.redistribute_reason}"
    head = "subsets"
    for name, subset in card.subsets.items():
        config = f"config {subset.config}, " if subset.config else ""
        yield head, f"{name}: {config}split {subset.split}, {subset.rows} rows"
        head = ""
    head = "columns"
    for name, column in card.columns.items():
        notes = [] if column.required else ["may be absent"]
        notes += ["may be blank"] if column.nullable else []
        yield head, ", ".join([f"{name}: {' or '.join(column.types)}", *notes])
        head = ""
    yield "content hash", card.content_sha256 or "not known yet; a run records its own"
    yield "obtain", card.obtain
