"""The paragraphs of a piece of HTML, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.reading.html import tree
from scrapers.sentences.paragraphs import fragment, texts


def test_pieces_are_what_stands_for_itself() -> None:
    html = """<div><h2>Title</h2><p>One <b>bold</b><br/>line</p>loose
        <ul><li>item</li><li><p>two</p><p>three</p></li></ul>
        <table><thead><tr><th>Head</th></tr></thead><tr><td>left</td><td>right <sup>1</sup></td></tr></table>
        <dl><dt>Term</dt><dd>Told</dd></dl><note><p>In a note</p></note></div>"""
    assert list(fragment(html)) == [
        *("Title", "One bold line", "loose", "item", "two", "three", "Head", "left", "right 1", "Term", "Told"),
        "In a note",
    ]


def test_lines_of_code_are_pieces() -> None:
    assert fragment("<p>Run</p><pre><code>path: /opt\n  mount: <i>/tmp</i>\n</code></pre>") == (
        *("Run", "path: /opt", "mount: /tmp"),
    )


def test_scripts_and_ornaments_are_no_text() -> None:
    html = """<script>var a = "</p>";</script><style>p {}</style><noscript><p>No script</p></noscript>
        <div class="awsdocs-note"><div class="awsdocs-note-title x"><h6>Note</h6></div><p>Told</p></div><!-- <p> -->"""
    assert fragment(html) == ("Told",)


def test_a_documentation_string_need_not_close_its_tags() -> None:
    assert fragment("<p>One <p>Two</div> three</b> <p/> & &lt;four&gt; <5") == ("One", "Two three", "& <four> <5")


@pytest.mark.parametrize("html", ["<div>" * 5_000, "<b>" + "<div>" * 400 + "</b>" * 5_000, "<b></i>" * 5_000])
def test_deep_nesting_and_loose_ends_are_read_in_bounded_time(html: str) -> None:
    assert texts(tree(html + "x")) == ["x"]


@given(st.text(alphabet="<>/pdiv b&;#x1!-\n\"'=a", max_size=120))
def test_any_text_is_read(html: str) -> None:
    assert all(text == text.strip() and text for text in texts(tree(html)))
