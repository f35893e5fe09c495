"""Lines: of JSON against an independent reading, of YAML, and of what is inside other documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kb.checker.documents import Embedded, JsonDocument, parse_yaml
from kb.checker.model import Path
from tests.effort import examples

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def marked(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every path, with the text of its value that only stands there."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from marked(part, (*path, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from marked(part, (*path, number))
    else:
        yield path, ""


@examples(150)
@given(VALUES, st.sampled_from([None, 0, 1, 4]))
def test_each_value_is_on_the_line_that_is_told(value: Any, indent: int | None) -> None:
    # a value is replaced by a mark; in the indented text, the line that has the mark is the line to tell
    for path, _ in marked(value):
        changed = replaced(value, path, "THE MARK")
        text = json.dumps(changed, indent=indent)
        expected = next(n for n, line in enumerate(text.split("\n"), 1) if '"THE MARK"' in line)
        assert JsonDocument(text).line(path) == expected


def replaced(value: Any, path: Path, mark: str) -> Any:
    if not path:
        return mark
    first, *rest = path
    if isinstance(value, dict):
        return {name: replaced(part, tuple(rest), mark) if name == first else part for name, part in value.items()}
    return [replaced(part, tuple(rest), mark) if n == first else part for n, part in enumerate(value)]


def test_the_longest_part_of_a_path_that_exists_counts() -> None:
    document = JsonDocument('{\n "a": {\n  "b": [\n   1\n  ]\n }\n}')
    assert document.line(("a", "b", 0)) == 4
    assert document.line(("a", "b", 5, "x")) == 3
    assert document.line(("a", "nothing")) == 2
    assert document.line(("nothing",)) == 1


def test_of_a_name_that_is_there_twice_the_last_counts_as_in_the_data() -> None:
    document = JsonDocument('{\n"a": 1,\n"a": 2\n}')
    assert (document.data, document.line(("a",))) == ({"a": 2}, 3)


def test_lines_of_yaml_are_those_of_names_and_elements() -> None:
    document = parse_yaml("a:\n  - x: 1\n  - !Sub\n    text\nb: {c: d,\n  e: f}\n")
    assert document.line(("a", 0, "x")) == 2
    assert document.line(("b", "e")) == 6
    assert document.line(("b", "c", "more")) == 5


def test_lines_inside_a_block_of_text_go_on_from_its_name() -> None:
    outer = parse_yaml('first: 1\ntext: |\n  {\n   "a": 1\n  }\n')
    inner = JsonDocument(outer.data["text"])
    assert Embedded(inner, outer, ("text",), follows_lines=True).line(("a",)) == 4
    assert Embedded(inner, outer, ("text",), follows_lines=False).line(("a",)) == 2
