"""Values in the report: whatever they hold, they are shown as they are and do nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.library.words import counted
from scrapers.refresh.markdown import code, folded, prose, table

HOSTILE = [
    "a|b",
    "`rm -rf`",
    "``` fence",
    "<script>alert(1)</script>",
    "<!-- hidden",
    "[click](https://example.com/)",
    "![x](https://example.com/x.png)",
    "**bold** _it_ ~~gone~~",
    "@maintainer please merge, fixes #12",
    "line one\nline two\r\n| new | row |",
    "a\\|b",
    "\u202egnp.exe \x1b[31m\x00",
    "# heading",
    "- item",
    "1. item",
    "> quoted",
    "=====",
    "&lt;b&gt;",
]


def cells(line: str) -> int:
    """Cells of a row as GitHub splits it: at every pipe that no backslash protects."""
    return len(line.replace("\\\\", "").replace("\\|", "").strip().strip("|").split("|"))


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("write", [code, prose])
def test_a_value_stays_in_its_cell(value: str, write: object) -> None:
    assert callable(write)
    text = write(value)
    lines = table(("one", "two"), [(text, "x")]).splitlines()
    assert len(lines) == 3
    assert [cells(line) for line in lines] == [2, 2, 2]
    assert text.isprintable()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("ml.g5.xlarge", "ml.g5.xlarge"),
        ("column instance_store_gb of m5d", "column instance_store_gb of m5d"),
        ("<b> & </b>", "&lt;b&gt; &amp; &lt;/b&gt;"),
        ("a|b", "a&#124;b"),
        ("*x* _y_ `z` [w] ~v~ \\", "\\*x\\* \\_y\\_ \\`z\\` \\[w\\] \\~v\\~ \\\\"),
        ("ask @someone about #12", "ask <code>@</code>someone about <code>#</code>12"),
        ("page.html#section", "page.html#section"),
        ("- a list", "\\- a list"),
        ("12. a list", "12\\. a list"),
        ("# a heading", "\\# a heading"),
        ("two\nlines\tand a\x1bcode", "two lines and a\\\\x1bcode"),
    ],
)
def test_prose(value: str, shown: str) -> None:
    assert prose(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        ("", ""),
        (True, "`true`"),
        (7.5, "`7.5`"),
        ("4x1900 ssd", "`4x1900 ssd`"),
        ("<b>@me *x*", "`<b>@me *x*`"),
        ("a|b", "<code>a&#124;b</code>"),
        ("`x` @me", "<code>&#96;x&#96; &#64;me</code>"),
    ],
)
def test_code(value: object, shown: str) -> None:
    assert code(value) == shown


@given(st.text(max_size=60))
def test_any_text_at_all(value: str) -> None:
    for text in (code(value), prose(value)):
        assert "\n" not in text
        assert cells(f"| {text} | x |") == 2
        # what is left of angle brackets is ours, or stands in a code span
        if not text.startswith("`"):
            assert set(text.replace("<code>", "").replace("</code>", "")) & {"<", ">"} == set()


def test_small_parts() -> None:
    assert counted(1, "source") == "1 source"
    assert counted(2, "source") == "2 sources"
    assert counted(0, "type that went", "types that went") == "0 types that went"
    assert folded("3 rows", "| a |") == "<details><summary>3 rows</summary>\n\n| a |\n\n</details>"
