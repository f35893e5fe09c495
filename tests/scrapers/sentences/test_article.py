"""Which pages are taken for what they are, and what stands at a place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scrapers.base import ScrapeError
from scrapers.sentences.article import Article
from scrapers.sentences.wording import fingerprint, picked
from tests.scrapers.sentences.pages import guide_page, member, page, reference_page
from tests.scrapers.sentences.watching import GUIDE, KEY, REFERENCE, SIZE, document, of_member, of_model, of_page
from tests.scrapers.sentences.watching import service_model as model

FORMS = [2018, 2026]
SAID = "The key encrypts the storage volume. A type with local disks takes no key."
PARAGRAPHS = [
    "Volumes are mounted at /opt/ml.",
    "Local disks take no key.",
    "The operating system has a key of its own.",
]


def article(content: bytes, name: str = GUIDE) -> Article:
    return Article(document(name, content, {"page": ()}))


def reference(*members: tuple[str, str], form: int = 2026, introduction: tuple[str, ...] = ()) -> bytes:
    return reference_page(REFERENCE, dict(members), introduction=introduction, stem=KEY.rpartition("-")[0], form=form)


@pytest.mark.parametrize("form", FORMS)
def test_a_page_has_paragraphs_items_cells_and_notes(form: int) -> None:
    told = article(guide_page(GUIDE, [*PARAGRAPHS, "In a note."], form=form)).at("page")
    assert told is not None
    assert [text for text in told if text in (*PARAGRAPHS, "In a note.")] == [*PARAGRAPHS, "In a note."]
    assert "Foot of the page" not in told
    assert "Javascript is disabled." not in told


@pytest.mark.parametrize("form", FORMS)
def test_a_member_is_what_stands_above_its_type(form: int) -> None:
    content = reference((KEY, SAID), (SIZE, "The size."), form=form)
    told = article(content, REFERENCE).at(KEY)
    assert told == ["The key encrypts the storage volume.", "A type with local disks takes no key."]
    assert article(content, REFERENCE).at(KEY.upper()) == told
    assert article(content, REFERENCE).at(SIZE) == ["The size."]


def test_a_member_of_the_cloudformation_guide_ends_at_required() -> None:
    anchor = "cfn-sagemaker-endpointconfig-kmskeyid"
    content = reference_page(GUIDE, {anchor: "The key."})
    assert b"<i>Required</i>: No" in content
    assert article(content).at(anchor) == ["The key."]


@pytest.mark.parametrize("place", ["the dt", "the code in it", "an a with a name"])
def test_the_id_of_a_member_may_stand_anywhere_in_its_name(place: str) -> None:
    dressed = {
        "the dt": '<dt id="{}"><span class="term"><b>VolumeKmsKeyId</b></span></dt>',
        "the code in it": '<dt><span class="term"><code id="{}">VolumeKmsKeyId</code></span></dt>',
        "an a with a name": '<dt><span class="term"><a name="{}">VolumeKmsKeyId</a></span></dt>',
    }[place].format(KEY)
    content = page(REFERENCE, f"<p>x</p><dl>{dressed}<dd><p>The key.</p><p>Type: String</p></dd></dl>")
    assert article(content, REFERENCE).at(KEY) == ["The key."]


@pytest.mark.parametrize("form", FORMS)
def test_the_introduction_ends_at_the_next_heading(form: int) -> None:
    content = reference((KEY, SAID), introduction=("It starts processing jobs.",), form=form)
    assert article(content, REFERENCE).at("introduction") == ["What this is stands here.", "It starts processing jobs."]


def test_a_heading_is_named_by_id_or_text() -> None:
    found = article(guide_page(GUIDE, PARAGRAPHS))
    told = ["Other things are told in part 0.", PARAGRAPHS[1]]
    assert found.at("heading:a-page-part-0") == told
    assert found.at("heading: part  0") == told
    assert found.at("heading:Part 7") is None


def test_a_heading_of_which_there_are_two_is_refused() -> None:
    content = guide_page(GUIDE, PARAGRAPHS).replace(b">Part 1<", b">Part 0<")
    with pytest.raises(ScrapeError, match="2 headings of this name"):
        article(content).at("heading:Part 0")


def test_a_heading_on_a_page_without_headings_is_refused() -> None:
    with pytest.raises(ScrapeError, match="the page has no headings"):
        article(page(GUIDE, "<p>Told.</p>")).at("heading:Part 0")


def test_a_member_that_is_gone_among_others_is_gone() -> None:
    assert article(reference((SIZE, "The size.")), REFERENCE).at(KEY) is None


def test_a_member_may_have_the_same_words_in_the_model_and_on_the_page() -> None:
    text = (
        "<p>An Amazon Web Services KMS key with which Amazon SageMaker&nbsp;locks <code>data</code> . </p> <note> "
        "<p>Some types have local disks. You can't give a <code>VolumeKmsKeyId</code> for\n them.</p> </note>"
    )
    on_page = "An AWS KMS key with which SageMaker AI locks data. You can\u2019t give a VolumeKmsKeyId for them."
    described = member(KEY, on_page).replace("You can", "Some types have local disks. You can")
    content = page(REFERENCE, f"<p>x</p><dl>{described}</dl>")
    for words in ((), ("kms key", "local disks", "volumekmskeyid")):
        in_model = of_model(model({"Thing.VolumeKmsKeyId": text}), {"Thing.VolumeKmsKeyId": words})
        assert in_model["s1"] == of_member(content, *words)


def test_a_member_without_a_description_says_nothing() -> None:
    content = page(REFERENCE, f"<p>x</p><dl>{member(KEY, '')}</dl>")
    assert article(content, REFERENCE).at(KEY) == []
    assert of_member(content) == ""


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (
            lambda s: s.replace("sagemaker-Type-Thing-", "thing-"),
            "no member whose id begins with sagemaker-type-thing-",
        ),
        (lambda s: s.replace("<dl>", "<div>").replace("</dl>", "</div>"), "no member whose id"),
        (lambda s: s.replace(f'id="{KEY}"', 'id="other"'), "the member has another id"),
        (lambda s: s.replace(f'id="{SIZE}"', f'id="{KEY}"'), "2 members of this name"),
        (lambda s: s.replace("<p>Type: String</p>", "").replace("<p>Required: No</p>", ""), "no line with the type"),
        (lambda s: s.replace("<dd>", "<dt>", 1).replace("</dd>", "</dt>", 1), "no description"),
    ],
)
def test_a_member_in_another_form_is_refused(change: Callable[[str], str], what: str) -> None:
    content = reference((KEY, SAID), (SIZE, "The size.")).decode()
    with pytest.raises(ScrapeError, match=what) as caught:
        article(change(content).encode(), REFERENCE).at(KEY)
    assert caught.value.where == f"{REFERENCE}, {KEY}"


LOGIN = b"""<!DOCTYPE html><html lang="en"><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>"""
GOOD = guide_page(GUIDE, PARAGRAPHS)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "0 <html> tags instead of one: not a page, or several"),
        (b"\x1f\x8b\x08\x00\xff", "not UTF-8"),
        (LOGIN, "0 elements with the id main-col-body on a page with the title 'Sign in'"),
        (b"Service Unavailable", "0 <html> tags instead of one: not a page, or several"),
        (LOGIN.replace(b"title", b"link"), "0 elements with the id main-col-body on a page with the title ''"),
        (GOOD.decode().encode("utf-16"), "not UTF-8"),
        (GOOD.replace(b'id="main-col-body"', b'id="main"'), "0 elements with the id main-col-body"),
        (GOOD.replace(b'id="breadcrumbs"', b'id="main-col-body"'), "2 elements with the id main-col-body"),
        (GOOD.replace(b'lang="en-US"', b'lang="de-DE"'), "the language is 'de-DE', not English"),
        (GOOD.replace(b' lang="en-US"', b""), "the language is '', not English"),
        (GOOD.rstrip()[:-1], "it does not end with </html>"),
        (GOOD.replace(b"</html>", b"</html><p>more</p>"), "it does not end with </html>"),
        (GOOD[: len(GOOD) // 2], "it does not end with </html>"),
        (GOOD.replace(b"<p>Other things", b"<p><p>Other things", 1), "meets <p> of line"),
        (GOOD.replace(b"told in part 0.</p>", b"told in part 0.", 1), "meets <p> of line"),
        (GOOD.replace(b"told in part 0.</p>", b"told in part 0.</p></ul>", 1), "</ul> in line 2 closes nothing"),
        (GOOD.replace(b"<h2", b"<div><h2", 1), "main-col-body does not close before the foot of the page"),
        (GOOD.replace(b"<h2", b"</div><h2", 1), "main-col-body closes before its last element"),
        (GOOD.replace(b"<h1", b"<h2").replace(b"</h1", b"</h2"), "0 titles .h1. instead of one"),
        (GOOD.replace(b"<h2", b"<h1").replace(b"</h2", b"</h1"), "4 titles .h1. instead of one"),
        (GOOD.replace(b">Guide page</h1>", b"></h1>"), "1 titles .h1. instead of one"),
        (page(GUIDE, "<div>Loading...</div>"), "no paragraph below the title"),
        (page("sagemaker/latest/dg/whatis.html", "<p>Told.</p>"), "it is another page: it calls itself /sagemaker/lat"),
        (page("", "<p>Told.</p>"), "it is another page: it calls itself /"),
    ],
)
def test_a_page_that_is_not_the_page_whole_is_refused(content: bytes, what: str) -> None:
    with pytest.raises(ScrapeError, match=what) as caught:
        article(content)
    assert caught.value.where == GUIDE


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s + "\n<!-- served by n1 -->\n",
        lambda s: s.replace('rel="canonical"', 'rel="other"'),
        lambda s: s.replace("target_state", "other").replace('rel="canonical"', 'rel="other"'),
        lambda s: s.replace('id="a-page"', 'id="renamed"'),
        lambda s: s.replace('lang="en-US"', 'lang="en"'),
        lambda s: s.replace("<noscript>", "<noscript></div>"),
        lambda s: s.replace("</awsdocs-header>", ""),
        lambda s: s.replace("Part 1", "<b>Part 1"),
    ],
)
def test_what_does_not_touch_the_text_is_no_damage(change: Callable[[str], str]) -> None:
    changed = change(GOOD.decode())
    assert changed != GOOD.decode()
    said = {"page": ("local disks", "/opt/ml")}
    assert of_page(changed, said) == of_page(GOOD, said)


def test_sentences_that_are_gone_have_no_row() -> None:
    watch = {"page": ("/opt/ml",), "page#2": ("local disks",), "page#3": ("operating system",)}
    assert sorted(of_page(GOOD, watch)) == ["s1", "s2", "s3"]
    assert sorted(of_page(guide_page(GUIDE, PARAGRAPHS[1:]), watch)) == ["s2", "s3"]


def test_a_page_without_most_of_what_is_watched_is_refused() -> None:
    watch = {"page": ("/opt/ml",), "page#2": ("local disks",), "page#3": ("operating system",)}
    with pytest.raises(ScrapeError, match=r"2 of 3 watched sentences are missing \(s1, s2\)"):
        of_page(guide_page(GUIDE, PARAGRAPHS[2:]), watch)


def test_the_only_watched_sentence_of_a_sound_page_may_be_gone() -> None:
    assert of_page(GOOD, {"page": ("no such words",)}) == {}


def test_the_fingerprint_is_that_of_the_picked_sentences() -> None:
    assert of_page(GOOD, {"page": ("local disks",)}) == {"s1": fingerprint(picked([PARAGRAPHS[1]], ()))}
