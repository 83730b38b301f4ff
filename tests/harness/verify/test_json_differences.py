"""Where two JSON values differ: every place, with its path, and numbers by how much."""

import copy
import json
import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rbench.harness.verify.json_differences import json_differences
from rbench.harness.verify.row_label import row_label

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return where the leaves of a value are."""
    if isinstance(value, dict):
        return [p for k, v in value.items() for p in places(v, (*at, k))]
    if isinstance(value, list):
        return [p for i, v in enumerate(value) for p in places(v, (*at, i))]
    return [at]


@given(JSON)
def test_a_value_does_not_differ_from_itself_read_back(value: Any) -> None:
    assert not list(json_differences(value, json.loads(json.dumps(value))))


@given(JSON, st.data())
def test_one_changed_leaf_is_one_difference(value: Any, data: st.DataObject) -> None:
    wrapped = {"all": value, "last": 1}
    place = data.draw(st.sampled_from(places(wrapped)))
    changed = copy.deepcopy(wrapped)
    parent: Any = changed
    for step in place[:-1]:
        parent = parent[step]
    parent[place[-1]] = "no other leaf says this ♯"
    (found,) = json_differences(wrapped, changed)
    assert found.comes_out == '"no other leaf says this ♯"'
    (back,) = json_differences(changed, wrapped)
    assert (back.path, back.stands) == (found.path, found.comes_out)


def test_paths_say_where() -> None:
    stands = {"a": [{"b": 1}, 2], "x-y": {"z": None}, "gone": 1}
    comes_out = {"a": [{"b": 4}], "x-y": {"z": 0, "new": 1}}
    found = [str(one) for one in json_differences(stands, comes_out)]
    assert found == [
        "a[0].b: 1 stands there, 4 comes out (+3)",
        "a[1]: 2 stands there, nothing comes out",
        '"x-y".z: null stands there, 0 comes out',
        '"x-y".new: nothing stands there, 1 comes out',
        "gone: 1 stands there, nothing comes out",
    ]


def test_numbers_must_be_equal_to_the_last_bit() -> None:
    (found,) = json_differences([0.1 + 0.2], [0.3])
    assert found.by == 0.3 - (0.1 + 0.2)
    assert found.relative is not None and 0 < found.relative < 1e-15
    assert not list(json_differences([1], [1.0]))
    (bound,) = json_differences([1], [True])
    assert bound.by is None
    (infinite,) = json_differences([math.inf], [1.0])
    assert infinite.by is None
    (huge,) = json_differences([10**400], [1.0])
    assert huge.by is None


def test_rows_are_called_by_what_they_measure() -> None:
    question = {"subset": "en", "metric": "accuracy", "value": 1.0}
    (found,) = json_differences([question], [{**question, "value": 0.5}], "rows", row_label)
    assert found.path == "rows[0] (en accuracy).value"
    image = {"metric": "frechet", "on": "net:pool", "statistic": "value", "repeat": 1}
    assert row_label(image) == "frechet net:pool, set 1"
    assert row_label({**image, "statistic": "mean", "repeat": None}) == "frechet net:pool, mean"
    assert row_label({"value": 1}) == row_label([1]) == ""
