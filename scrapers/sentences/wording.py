"""What a text says, apart from how it is set: sentences, and the fingerprint that tells whether the words changed.

Two texts with the same words in the same order have the same fingerprint. Markup, line breaks, spaces, upper and lower
case, the form of quotes and dashes, and the several names that AWS uses for itself and for SageMaker make no
difference; any other word, figure or mark does.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

#: Number of hex digits of a fingerprint: the start of a SHA-256.
FINGERPRINT_DIGITS = 16

_ALIKE = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u0060\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    # zero-width spaces and joiners, soft hyphen, byte order mark
    | dict.fromkeys("\u200b\u200c\u200d\u2060\u00ad\ufeff", "")
)
_END = re.compile(r"[.!?][\"')\]]*\s+")
#: A full stop after one of these, or after a single letter, ends no sentence.
_SHORTENED = re.compile(r"(?:^|[^\w.])(?:\w|(?:\w\.)+\w|etc|vs|cf|approx|incl)$", re.IGNORECASE)
_TOKEN = re.compile(r"\w+|[^\w\s]")
#: Names that changed without any change of meaning: "Amazon Web Services KMS" in the API model is "AWS KMS" on the web
#: page, and "Amazon SageMaker" became "SageMaker" in 2022 and "SageMaker AI" in 2024. An article goes with the name.
_NAMES = (
    (re.compile(r"\bamazon web services\b"), "aws"),
    (re.compile(r"\b(?:amazon )?sagemaker(?: ai)?\b"), "sagemaker"),
    (re.compile(r"\ban (?=(?:aws|sagemaker)\b)"), "a "),
)


def plain(text: str) -> str:
    """The text with compatible characters, quotes and dashes unified, and every run of blanks as one space."""
    return " ".join(unicodedata.normalize("NFKC", text.translate(_ALIKE)).translate(_ALIKE).split())


def sentences(block: str) -> list[str]:
    """The sentences of one paragraph, list item or table cell, in order.

    A sentence ends at a full stop, question or exclamation mark before a blank, whatever the next letter is. So a text
    splits in the same places however its letters are set.
    """
    text = plain(block)
    found = []
    start = 0
    for end in _END.finditer(text):
        if end[0][0] == "." and _SHORTENED.search(text, start, end.start()):
            continue
        found.append(text[start : end.end()].strip())
        start = end.end()
    return [*found, text[start:]] if text[start:] else found


def words(text: str) -> str:
    """The words, figures and marks of a text with one space between them, lower case, names unified."""
    folded = unicodedata.normalize("NFKC", plain(text).casefold())
    said = " ".join(_TOKEN.findall(folded))
    for name, one in _NAMES:
        said = name.sub(one, said)
    return said


def picked(blocks: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """The sentences that contain one of the wanted words, as `words` gives them.

    Args:
        blocks: Paragraphs, list items and table cells, in the order of the document.
        wanted: Words or parts of sentences, in any case; every sentence when there are none.
    """
    parts = [words(part) for part in wanted]
    said = [words(sentence) for block in blocks for sentence in sentences(block)]
    return [one for one in said if one and (not parts or any(part in one for part in parts))]


def fingerprint(said: Iterable[str]) -> str:
    """The fingerprint of sentences as `picked` gives them."""
    return hashlib.sha256(" ".join(said).encode()).hexdigest()[:FINGERPRINT_DIGITS]
