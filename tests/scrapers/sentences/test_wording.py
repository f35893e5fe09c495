"""What changes a fingerprint and what does not."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.sentences.paragraphs import fragment
from scrapers.sentences.wording import FINGERPRINT_DIGITS, fingerprint, picked, plain, sentences, words

SAID = "You can't pass a key - the disks have one. Its size is 1,900 GB (fixed)."


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("One. Two. Three", ["One.", "Two.", "Three"]),
        ("Is it? Yes! Good.", ["Is it?", "Yes!", "Good."]),
        ("Disks, e.g. NVMe, are fast. So.", ["Disks, e.g. NVMe, are fast.", "So."]),
        ("Disks, i.e. NVMe. So.", ["Disks, i.e. NVMe.", "So."]),
        ("Disks, volumes etc. are one vs. the other. So.", ["Disks, volumes etc. are one vs. the other.", "So."]),
        ("In the U.S. it is. So.", ["In the U.S. it is.", "So."]),
        ("Type ml.p4d and version 1.5 stay whole. So.", ["Type ml.p4d and version 1.5 stay whole.", "So."]),
        ('He said "yes." (Twice.) So.', ['He said "yes."', "(Twice.)", "So."]),
        ("lower. case. starts", ["lower.", "case.", "starts"]),
        ("It ends with the word vetc. So.", ["It ends with the word vetc.", "So."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_a_block_splits_into_sentences(block: str, expected: list[str]) -> None:
    assert sentences(block) == expected


@pytest.mark.parametrize(
    "same",
    [
        SAID.upper(),
        SAID.replace(" ", "\n\t "),
        SAID.replace(" ", "\u00a0"),
        SAID.replace("'", "\u2019"),
        SAID.replace("-", "\u2013"),
        SAID.replace("-", "\u2014"),
        SAID.replace("(fixed)", "( fixed )"),
        SAID.replace("key", "k\u00ady"[:1] + "\u200bey"),
        SAID.replace("fixed", "\ufb01xed"),
        SAID.replace("GB", "\uff27\uff22"),
    ],
)
def test_how_a_text_is_set_makes_no_difference(same: str) -> None:
    assert fingerprint(picked([same], ())) == fingerprint(picked([SAID], ()))


@pytest.mark.parametrize(
    "other",
    [
        SAID.replace("can't", "can"),
        SAID.replace("1,900", "1,901"),
        SAID.replace("1,900", "1.900"),
        SAID.replace("(fixed)", ""),
        SAID.replace("a key", "akey"),
        SAID.replace(" - ", " "),
        " ".join(reversed(sentences(SAID))),
        SAID + " So.",
        SAID.removesuffix("."),
    ],
)
def test_other_words_figures_and_marks_make_a_difference(other: str) -> None:
    assert fingerprint(picked([other], ())) != fingerprint(picked([SAID], ()))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("an AWS KMS key", "a Amazon Web Services KMS key"),
        ("Amazon SageMaker encrypts", "SageMaker AI encrypts"),
        ("an Amazon SageMaker AI job", "a SageMaker job"),
        ("Amazon SageMaker endpoint", "an Amazon SageMaker endpoint".removeprefix("an ")),
    ],
)
def test_names_of_the_vendor_are_one(left: str, right: str) -> None:
    assert words(left) == words(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("an instance", "a instance"),
        ("Amazon EBS", "EBS"),
        ("SageMaker AI", "SageMaker HyperPod"),
        ("Amazon Web Services", "Amazon Web"),
        ("SageMaker AIs", "SageMaker"),
    ],
)
def test_other_names_are_not(left: str, right: str) -> None:
    assert words(left) != words(right)


def test_only_sentences_with_a_wanted_word_count() -> None:
    blocks = ["The key is used. The sky is blue.", "Local-storage disks are not under it.", "Keys are free."]
    assert picked(blocks, ["KEY", "local-storage"]) == [
        "the key is used .",
        "local - storage disks are not under it .",
        "keys are free .",
    ]
    assert picked(blocks, ["water"]) == []
    assert picked([], []) == []


def test_a_wanted_part_is_compared_as_words() -> None:
    assert picked(["Mounted at <x> /opt/ml and\n/tmp."], ["/opt/ml  and /tmp"]) != []


def test_a_fingerprint_is_short_hexadecimal() -> None:
    one = fingerprint(["a", "b"])
    assert len(one) == FINGERPRINT_DIGITS
    assert int(one, 16) >= 0


WORD = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)
TEXT = st.lists(WORD, min_size=1, max_size=12)
BLANK = st.sampled_from([" ", "  ", "\n", "\t ", "&nbsp;", " <!-- a remark --> ", "\u2009"])
DRESS = st.sampled_from(
    ["{}", "<b>{}</b>", '<code class="x">{}</code>', '<a href="p.html#q">{}</a>', "<i><b>{}</b></i>"]
)


def _entities(word: str, numbers: bool) -> str:
    return "".join(f"&#{ord(letter)};" for letter in word) if numbers else html.escape(word)


@given(TEXT, st.data())
def test_markup_blanks_and_entities_never_change_the_fingerprint(said: list[str], data: st.DataObject) -> None:
    dressed = "".join(
        data.draw(DRESS).format(_entities(word, data.draw(st.booleans()))) + data.draw(BLANK) for word in said
    )
    expected = fingerprint(picked([" ".join(said)], ()))
    assert fingerprint(picked(fragment(f"<p>{dressed}</p>"), ())) == expected
    assert fingerprint(picked(fragment(f"<div><ul><li><p>{dressed}</p></li></ul></div>"), ())) == expected


@given(TEXT, st.integers(0, 11), WORD)
def test_another_word_always_changes_the_fingerprint(said: list[str], place: int, word: str) -> None:
    place %= len(said)
    changed = [*said[:place], word, *said[place + 1 :]]
    is_same = words(word) == words(said[place])
    assert (fingerprint(picked([" ".join(changed)], ())) == fingerprint(picked([" ".join(said)], ()))) == is_same


@given(st.text(max_size=60))
def test_words_of_words_are_the_same(text: str) -> None:
    assert words(words(text)) == words(text)
    assert plain(plain(text)) == plain(text)
