"""The tree of a page, its faults, and its paragraphs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.sentences.markup import fragment, texts, tree


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


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<div><p>One</div>", "</div> in line 1 meets <p> of line 1"),
        ("<div>\n<ul><li>One</ul>\n</div>", "</ul> in line 2 meets <li> of line 2"),
        ("<div></p></div>", "</p> in line 1 meets nothing"),
        ("<div><p>One</p>", "<div> of line 1 never closes"),
        ('<p class="x>One</p><p class="y">Two</p>', "<p> in line 1 runs into what follows"),
        ("<b>One</b'<i class='x'>Two</i>", "</b'<i> in line 1 runs into what follows"),
        ("<p<b>One</b></p<b>", "<p<b> in line 1 runs into what follows"),
        ("<table><tr><td>One</tr></table>", "</tr> in line 1 meets <td> of line 1"),
    ],
)
def test_a_tag_that_does_not_close_is_a_fault(html: str, fault: str) -> None:
    assert tree(html)[1][0].what == fault


@pytest.mark.parametrize(
    "html",
    [
        "<div><p>One <b>two</p></div>",
        "<div><p>One </b>two</p></div>",
        "<div><b><p>One</b></p></div>",
        '<p>One<br>two<img src="x"><awsui-icon name="y"></awsui-icon></p>',
        "<p/>",
        "",
    ],
)
def test_letters_and_voids_are_no_faults(html: str) -> None:
    assert tree(html)[1] == []


@pytest.mark.parametrize("html", ["<div>" * 5_000, "<b>" + "<div>" * 400 + "</b>" * 5_000, "<b></i>" * 5_000])
def test_deep_nesting_and_loose_ends_are_read_in_bounded_time(html: str) -> None:
    assert texts(tree(html + "x")[0]) == ["x"]


def test_what_is_nested_too_deep_is_a_fault() -> None:
    assert tree("<b>" * 500 + "<i>" + "</b>" * 500)[1][0].what == "<i> in line 1 is nested too deep"
    assert tree("<b>" * 500 + "</b>" * 500)[1] == []


@given(st.text(alphabet="<>/pdiv b&;#x1!-\n\"'=a", max_size=120))
def test_any_text_is_read(html: str) -> None:
    root, _ = tree(html)
    assert all(text == text.strip() and text for text in texts(root))
