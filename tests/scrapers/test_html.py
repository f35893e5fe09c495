"""Which pages are sound: every structural tag closes where it should, nothing is hidden, and the tree has it all."""

from __future__ import annotations

import time
from html.parser import HTMLParser
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.base import Document, ScrapeError
from scrapers.reading.html import children, load, text_of, tree
from tests.effort import effort

NAME = "page.html"


def page(column: str) -> bytes:
    """A page with this HTML at the end of its main column, in line 2."""
    head = "<html lang='en'><head><title>Page</title></head><body class='x'><view><div id='main'>"
    main = f"<div id='main-col-body'><h1 id='page'>Title</h1><p>First.</p>\n{column}</div>"
    foot = "<div id='main-col-footer'></div></div></view></body></html>"
    return f"{head}{main}{foot}".encode()


def read(column: str) -> str:
    """The text of a sound page below its first paragraph."""
    return text_of(load(Document(NAME, page(column))).main).removeprefix("Title First.").strip()


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<div><p>One</div>", "</div> in line 2 meets <p> of line 2"),
        ("<div>\n<ul><li>One</ul>\n</div>", "</ul> in line 3 meets <li> of line 3"),
        ("<div></p></div>", "</p> in line 2 closes nothing"),
        ("<div><p>One</p>", "main-col-body does not close before the foot of the page"),
        ('<p class="x>One</p><p class="y">Two</p>', "half a tag in line 2"),
        ("<b>One</b'<i class='x'>Two</i>", "half a tag in line 2"),
        ("<p<b>One</b></p<b>", "half a tag in line 2"),
        ("<table><tr><td>One</tr></table>", "</tr> in line 2 meets <td> of line 2"),
        ("<div><b><p>One</b>two</p></div>", "</b> in line 2 meets <p> of line 2"),
        ("One</view>two", "</view> in line 2 meets <div> of line 1"),
        ("<p>One", "</div> in line 2 meets <p> of line 2"),
        ("<p>a <!-- b </p>", "it does not end with </html>: it was cut off"),
        ("<p>a <! b </p>", "half a tag in line 2"),
        ("<p>a <![CDATA[b]]></p>", "half a tag in line 2"),
        ("<p>a <?b?></p>", "half a tag in line 2"),
        ("<ul><!-- <li>One</li> --></ul>", "<li> in a comment in line 2: a part of the page was taken out"),
        ("<div/>", "<div/> in line 2 holds nothing"),
        ("<script/>One", "<script/> in line 2 holds nothing"),
        ("<script>One", "it does not end with </html>: it was cut off"),
        ("<script>One</style>", "it does not end with </html>: it was cut off"),
        ("<p.x>One</p.x><td=>", "half a tag in line 2"),
        ("<b>" * 500 + "<i>" + "</b>" * 500, "<b> in line 2 is nested too deep"),
        ("<h1>Two</h1>", "2 titles (h1) instead of one"),
        ("<div id='main-col-footer'></div>", "main-col-body does not close before the foot of the page"),
        ("<p id='main-col-body'>One</p>", "2 elements with the id main-col-body on a page with the title 'Page'"),
    ],
)
def test_a_page_that_would_have_to_be_repaired_is_refused(html: str, fault: str) -> None:
    with pytest.raises(ScrapeError) as caught:
        read(html)
    assert (caught.value.where, caught.value.what) == (NAME, fault)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div><p>One <b>two</p></div>", "One two"),
        ("<div><p>One </b>two</p></div>", "One two"),
        ('<p>One<br>two<img src="x"><awsui-icon name="y"></awsui-icon></p>', "One two"),
        ('<p>One<BR>two<img alt="1 > 2">three<br/><hr class=x><wbr />four</br></p>', "One two three four"),
        ("<p/>", ""),
        ("", ""),
        ("<p title='1 > 2'>One &lt;b&gt; <!-- <b> two --> <5</p>", "One <b> <5"),
        ("<P CLASS=x>One</p ><hr/><br/>", "One"),
        ("<script>if (a < b) { c = '<p>' + '<!--'; }</script>One", "One"),
        ("<STYLE media='x'>p > b { }</STYLE>One", "One"),
        ("<b>" * 400 + "One" + "</b>" * 400, "One"),
    ],
)
def test_letters_voids_and_scripts_are_no_faults(html: str, text: str) -> None:
    assert read(html) == text


def test_the_tree_must_have_every_tag_that_the_page_has() -> None:
    """To some versions of Python a comment ends here, to others not."""
    with pytest.raises(ScrapeError, match=r"a part of the markup is not read as markup|<p> in a comment"):
        read("<!-- One -- ><p>two</p><!-- three -->")


HOSTILE = (
    "<div>",
    "<b></i>",
    "<a",
    '<a b="',
    "<!--",
    "<script>",
    "<script></",
    "<meta ",
    "</html ",
    "<br ",
    "<p>\n",
    "<br></br></i>",
    "<br>x<b></b>",
)


@pytest.mark.effort
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_page_is_refused_in_bounded_time(piece: str) -> None:
    number = effort(4_000, 20_000)
    start = time.process_time()
    with pytest.raises(ScrapeError):
        read(f"{piece * number}<p>")
    assert time.process_time() - start < number / 2_000


class Flat(HTMLParser):
    """All text between tags, by other means."""

    TAGS: ClassVar[list[str]] = []

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


@given(st.lists(st.sampled_from(["<p>", "</p>", "<b>", "</b>", "<ul>", "</ul>", "<li>", "</li>", "<br>", "x", "y "])))
def test_what_is_not_refused_has_all_its_text_in_the_column(parts: list[str]) -> None:
    html = "".join(parts)
    try:
        found = read(html)
    except ScrapeError:
        return
    flat = Flat()
    flat.feed(html)
    flat.close()
    assert found.split() == " ".join(flat.pieces).split()


def test_comments_are_no_children() -> None:
    assert [str(child) for child in children(tree("a<!-- b --><i>c</i><![CDATA[d]]>e"))] == ["a", "<i>c</i>", "e\n"]
