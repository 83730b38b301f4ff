"""Rows that carry the name of the preset whose protocol they follow."""

from dataclasses import replace
from pathlib import Path

from rbench.metrics.evaluation.compute import Row
from rbench.metrics.evaluation.sides import Side
from rbench.metrics.presets import Preset


def is_its_reference(preset: Preset, real: Side) -> bool:
    """Return whether `real` is what the published numbers of a preset are against.

    True where the preset does not say which file that is.
    """
    return not preset.references or Path(real.name).name in preset.references


def named(row: Row, preset: Preset, real: Side | None) -> Row:
    """Return the row with the preset's name, and a warning where its reference is another one."""
    warnings = row.result.warnings
    if real is not None and not is_its_reference(preset, real):
        warnings = (
            *warnings,
            f"Published numbers of {preset.name} are against {preset.reference}; this one is "
            f"against {real.name}.",
        )
    about = {**row.result.about, "preset": preset.name}
    return replace(row, result=replace(row.result, about=about, warnings=warnings))
