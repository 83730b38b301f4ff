"""The names of units that an answer may bear, and what pint calls them.

Only these are units. A letter that is none of them is a variable or a word: ``2 x``, ``3 k`` and
``4 R`` are never a number of Boltzmann or gas constants, whatever pint knows.
"""

_PREFIXES = {
    "p": "pico", "n": "nano", "μ": "micro", "u": "micro", "m": "milli", "k": "kilo", "M": "mega",
    "G": "giga", "T": "tera",
}  # fmt: skip
_PREFIXED = {
    "m": "meter", "g": "gram", "s": "second", "A": "ampere", "K": "kelvin", "mol": "mole",
    "Hz": "hertz", "N": "newton", "Pa": "pascal", "J": "joule", "W": "watt", "C": "coulomb",
    "V": "volt", "F": "farad", "Ω": "ohm", "S": "siemens", "Wb": "weber", "T": "tesla",
    "H": "henry", "lm": "lumen", "lx": "lux", "Bq": "becquerel", "Gy": "gray", "Sv": "sievert",
    "eV": "electron_volt", "L": "liter", "l": "liter", "cal": "calorie", "bar": "bar",
    "rad": "radian", "Wh": "watt_hour", "Ah": "ampere_hour", "B": "byte", "pc": "parsec",
    "ohm": "ohm", "Ohm": "ohm",
}  # fmt: skip
_WITH_CAPITAL_KILO = ("g", "m", "N", "Pa", "J", "W", "V", "Hz", "Ω", "Wh", "eV")
_SYMBOLS = {
    "cm": "centimeter", "dm": "decimeter", "hPa": "hectopascal", "cd": "candela",
    "cL": "centiliter",
    "dL": "deciliter", "dl": "deciliter", "cl": "centiliter", "fm": "femtometer", "cg": "centigram",
    "hm": "hectometer", "ha": "hectare", "min": "minute", "mins": "minute", "h": "hour",
    "hr": "hour", "hrs": "hour", "sec": "second", "secs": "second", "d": "day", "yr": "year",
    "°": "degree", "deg": "degree", "degs": "degree", "sr": "steradian", "rev": "turn",
    "ft": "foot", "in": "inch", "yd": "yard", "mi": "mile", "lb": "pound", "lbs": "pound",
    "oz": "ounce", "mph": "mile/hour", "kmh": "kilometer/hour", "kph": "kilometer/hour",
    "rpm": "turn/minute", "atm": "atmosphere", "mmHg": "mmHg", "Torr": "torr", "torr": "torr",
    "u": "unified_atomic_mass_unit", "amu": "unified_atomic_mass_unit", "Da": "dalton",
    "Å": "angstrom", "psi": "psi", "hp": "horsepower", "AU": "astronomical_unit",
    "au": "astronomical_unit", "ly": "light_year", "t": "metric_ton", "kgf": "kilogram_force",
    "°C": "degC", "°F": "degF", "degC": "degC", "degF": "degF", "%": "percent", "‰": "permille",
    "ppm": "ppm", "gal": "gallon", "cc": "centimeter**3", "M": "mole/liter",
    "mM": "millimole/liter",
    "dyn": "dyne", "erg": "erg", "Gs": "gauss", "D": "meter**-1",
    "sqm": "meter**2",
}  # fmt: skip
_LONG_PREFIXES = {"": "", "pico": "pico", "nano": "nano", "micro": "micro", "milli": "milli",
    "centi": "centi", "deci": "deci", "hecto": "hecto", "kilo": "kilo", "mega": "mega",
    "giga": "giga", "tera": "tera"}  # fmt: skip
_LONG = {
    "meter": "meter", "metre": "meter", "gram": "gram", "gramme": "gram", "second": "second",
    "ampere": "ampere", "amp": "ampere", "kelvin": "kelvin", "mole": "mole", "hertz": "hertz",
    "newton": "newton", "pascal": "pascal", "joule": "joule", "watt": "watt", "coulomb": "coulomb",
    "volt": "volt", "farad": "farad", "ohm": "ohm", "siemens": "siemens", "weber": "weber",
    "tesla": "tesla", "henry": "henry", "lumen": "lumen", "lux": "lux", "liter": "liter",
    "litre": "liter", "calorie": "calorie", "bar": "bar", "electronvolt": "electron_volt",
    "byte": "byte", "parsec": "parsec",
}  # fmt: skip
_WORDS = {
    "minute": "minute", "hour": "hour", "day": "day", "week": "week", "year": "year",
    "degree": "degree", "radian": "radian", "steradian": "steradian", "foot": "foot",
    "feet": "foot", "inch": "inch", "inches": "inch", "yard": "yard", "mile": "mile",
    "pound": "pound", "ounce": "ounce", "tonne": "metric_ton", "percent": "percent",
    "hectare": "hectare", "acre": "acre", "atmosphere": "atmosphere", "angstrom": "angstrom",
    "revolution": "turn", "turn": "turn", "gallon": "gallon", "dioptre": "meter**-1",
    "diopter": "meter**-1", "gauss": "gauss", "dyne": "dyne", "horsepower": "horsepower",
    "celsius": "degC", "fahrenheit": "degF", "henries": "henry", "candela": "candela",
}  # fmt: skip
_CHINESE_PREFIXES = {
    "": "", "千": "kilo", "毫": "milli", "微": "micro", "纳": "nano", "皮": "pico", "兆": "mega",
    "厘": "centi", "分": "deci", "吉": "giga",
}  # fmt: skip
_CHINESE_BASES = {
    "米": "meter", "克": "gram", "秒": "second", "安": "ampere", "安培": "ampere", "牛": "newton",
    "牛顿": "newton", "焦": "joule", "焦耳": "joule", "瓦": "watt", "瓦特": "watt", "伏": "volt",
    "伏特": "volt", "欧": "ohm", "欧姆": "ohm", "赫": "hertz", "赫兹": "hertz", "帕": "pascal",
    "帕斯卡": "pascal", "升": "liter", "库": "coulomb", "库仑": "coulomb", "法": "farad",
    "法拉": "farad", "特斯拉": "tesla", "韦伯": "weber", "亨": "henry", "亨利": "henry",
    "摩尔": "mole", "电子伏": "electron_volt", "电子伏特": "electron_volt", "卡": "calorie",
    "开": "kelvin", "开尔文": "kelvin",
}  # fmt: skip
_CHINESE = {
    "公里": "kilometer", "公斤": "kilogram", "吨": "metric_ton", "分钟": "minute", "分": "minute",
    "小时": "hour", "时": "hour", "天": "day", "周": "week", "年": "year", "度": "degree",
    "弧度": "radian", "摄氏度": "degC", "华氏度": "degF", "公顷": "hectare", "圈": "turn",
    "英寸": "inch", "英尺": "foot", "英里": "mile", "光年": "light_year", "屈光度": "meter**-1",
}  # fmt: skip
_MONEY = {
    "$": "USD", "USD": "USD", "dollar": "USD", "美元": "USD", "€": "EUR", "EUR": "EUR",
    "euro": "EUR", "欧元": "EUR", "£": "GBP", "GBP": "GBP", "英镑": "GBP", "¥": "CNY",
    "CNY": "CNY", "RMB": "CNY", "yuan": "CNY", "元": "CNY", "人民币": "CNY", "JPY": "JPY",
    "yen": "JPY", "日元": "JPY",
}  # fmt: skip
CURRENCIES = frozenset(_MONEY.values())
"""Units that pint does not know and that are never converted."""


def _names() -> dict[str, str]:
    names = {
        prefix + symbol: long_prefix + name
        for symbol, name in _PREFIXED.items()
        for prefix, long_prefix in {"": "", **_PREFIXES}.items()
    }
    names |= {f"K{symbol}": f"kilo{_PREFIXED[symbol]}" for symbol in _WITH_CAPITAL_KILO}
    words = {p + w: q + name for w, name in _LONG.items() for p, q in _LONG_PREFIXES.items()}
    words |= _WORDS
    names |= words | {f"{word}s": name for word, name in words.items()}
    names |= {
        p + w: q + name for w, name in _CHINESE_BASES.items() for p, q in _CHINESE_PREFIXES.items()
    }
    names |= _MONEY | {"dollars": "USD", "euros": "EUR"}
    return names | _CHINESE | _SYMBOLS


UNIT_NAMES = _names()
"""What an answer may write -> pint's name, which may be a quotient such as ``mile/hour``."""

NUMBER_ONLY = frozenset({"degree", "radian", "percent", "permille", "ppm", "turn", "steradian"})
"""Units without a dimension: an angle or a share is also a plain number."""
