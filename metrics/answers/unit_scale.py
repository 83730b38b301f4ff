"""What a unit is in SI, exactly, from pint's registry. Importing this imports pint."""

from fractions import Fraction
from functools import cache

import pint

Dimension = tuple[tuple[str, Fraction], ...]
_OFFSETS = {"degC": "delta_degC", "degF": "delta_degF"}


@cache
def _registry() -> "pint.UnitRegistry[Fraction]":
    return pint.UnitRegistry(non_int_type=Fraction)


@cache
def _base(name: str) -> tuple[Dimension, Fraction]:
    quantity = _registry().Quantity(Fraction(1), name).to_base_units()
    dimension = tuple(sorted((n, _fraction(p)) for n, p in quantity.dimensionality.items()))
    return dimension, _fraction(quantity.magnitude)


def _fraction(magnitude: object) -> Fraction:
    if not isinstance(magnitude, Fraction | int):  # the registry was told to count in Fractions
        raise TypeError(f"pint gave the inexact size {magnitude!r}.")
    return Fraction(magnitude)


def dimension_and_scale(unit: tuple[tuple[str, int], ...]) -> tuple[Dimension, Fraction, Fraction]:
    """Return the dimension, the size in SI base units, and where the unit's 0 is in them."""
    powers: dict[str, Fraction] = {}
    scale = Fraction(1)
    for name, power in unit:
        dimension, size = _base(_OFFSETS.get(name, name))
        scale *= size**power
        for base, exponent in dimension:
            powers[base] = powers.get(base, Fraction(0)) + exponent * power
    dimension = tuple(sorted((base, power) for base, power in powers.items() if power))
    offset = Fraction(0)
    if len(unit) == 1 and unit[0][0] in _OFFSETS and unit[0][1] == 1:
        zero = _registry().Quantity(Fraction(0), unit[0][0]).to("kelvin")
        offset = _fraction(zero.magnitude)
    return dimension, scale, offset
