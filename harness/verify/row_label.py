"""What a row of results.json is called where it is named by its place."""

from rbench.harness.types import Json


def row_label(value: Json) -> str:
    """Return ``en accuracy`` or ``frechet inception-v3:pool, set 0``; "" for what is no row."""
    if not isinstance(value, dict) or "metric" not in value:
        return ""
    if "subset" in value:
        return f"{value['subset']} {value['metric']}"
    text = f"{value['metric']} {value.get('on', '')}".strip()
    statistic, repeat = value.get("statistic", "value"), value.get("repeat")
    return f"{text}, {statistic}" if repeat is None else f"{text}, set {repeat}"
