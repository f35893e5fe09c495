"""Pages broken and changed in thousands of ways: the same words have the same fingerprint, other words another one.

What the fingerprints must do is told by a model of the page that shares no code with the scraper: units of
sentences, of which a watched sentence takes those that have one of its words.
"""

from __future__ import annotations

import html
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from scrapers.base import ScrapeError
from tests.effort import effort
from tests.scrapers.sentences.pages import note, page
from tests.scrapers.sentences.watching import GUIDE, KEY, REFERENCE, SIZE, of_page

pytestmark = pytest.mark.effort

Unit = tuple[str, ...]

WATCHED: dict[str, tuple[str, ...]] = {
    "s1": ("mounted", "/opt/ml"),
    "s2": ("local disks",),
    "s3": ("operating system", "transient"),
    "s4": ("no key",),
}
UNITS: tuple[Unit, ...] = (
    ("This chapter tells how data is kept.", "It is meant for everybody."),
    ("Volumes are mounted at /opt/ml and /tmp.", "A notebook has a folder of its own."),
    ("Some types have local disks.", "Their hardware encrypts the local disks itself.", "That can't be switched off."),
    ("The operating system has a managed key.", "Where you give none, a transient key is used."),
    ("A type with such disks takes no key.", "For a list, see the table."),
    ("Results go to a bucket.", "They are kept for 30 days."),
)
VOCABULARY = (
    "volume",
    "key",
    "disks",
    "local",
    "never",
    "always",
    "mounted",
    "32",
    "system",
    "not",
    "data",
    "operating",
)


@dataclass(frozen=True)
class Kind:
    """A kind of page: how it is built of units, and where its watched sentences stand."""

    name: str
    place: str
    build: Callable[[list[str], random.Random], str]

    def read(self, content: bytes | str) -> dict[str, str]:
        return of_page(content, {f"{self.place}#{one}": words for one, words in WATCHED.items()}, self.name)


def _guide(units: list[str], rng: random.Random) -> str:
    return "".join(units)


def _member(units: list[str], rng: random.Random) -> str:
    others = (
        f'<dt><a id="{SIZE}"></a><b>VolumeSizeInGB</b></dt><dd><p>Local disks count too.</p><p>Type: Integer</p></dd>'
    )
    mine = (
        f'<dt><a {rng.choice(["id", "name"])}="{KEY}"></a><span class="term"><b>VolumeKmsKeyId</b></span></dt>'
        f"<dd>{''.join(units)}<p>Type: String</p><p>Pattern: <code>.*no key</code></p></dd>"
    )
    both = [mine, others]
    rng.shuffle(both)
    return f'<p>What this is.</p><div class="variablelist"><dl>{"".join(both)}</dl></div>'


KINDS = {"guide": Kind(GUIDE, "page", _guide), "reference": Kind(REFERENCE, KEY, _member)}


def sentence_words(sentence: str) -> list[str]:
    return re.findall(r"[a-z0-9]+|[^a-z0-9\s]", sentence.lower())


def expected(units: tuple[Unit, ...]) -> dict[str, list[list[str]]]:
    """What each watched sentence says, in plain words."""
    return {
        one: [sentence_words(s) for unit in units for s in unit if any(word in s.lower() for word in wanted)]
        for one, wanted in WATCHED.items()
    }


BASE = expected(UNITS)


# --- markup ---------------------------------------------------------------------------------------------------------


def _letters(text: str, rng: random.Random) -> str:
    if rng.random() < 0.1:
        text = text.upper()
    if rng.random() < 0.3:
        text = text.replace("'", "\u2019")
    if rng.random() < 0.1:
        return "".join(f"&#x{ord(letter):x};" for letter in text)
    return html.escape(text, quote=rng.random() < 0.5)


def _word(text: str, rng: random.Random) -> str:
    frame = rng.choice(
        ["{}"] * 8 + ["<b>{}</b>", '<code class="code">{}</code>', '<a href="x.html">{}</a>', "<i>{}</i>"]
    )
    return frame.format(_letters(text, rng))


def _sentences(unit: Unit, rng: random.Random) -> str:
    blanks = (" ", " ", " ", "  ", "\n      ", "&nbsp;", "\u00a0", " <!-- checked --> ", " <br/>")
    return "".join(_word(word, rng) + rng.choice(blanks) for sentence in unit for word in sentence.split(" "))


def _unit(unit: Unit, rng: random.Random) -> str:
    text = _sentences(unit, rng)
    frames = (
        "<p>{}</p>",
        '<p class="x" data-y="a > b">{}</p>',
        "<ul><li><p>{}</p></li></ul>",
        "<ol><li>{}</li><li>Another one.</li></ol>",
        '<div><table id="w{n}"><tr><th>Name</th></tr><tr><td>{}</td><td>Yes</td></tr></table></div>',
        '<div class="awsdocs-note"><div class="awsdocs-note-title"><h6>Note</h6></div><p>{}</p></div>',
        "<div><div><p>{}</p></div></div>",
        "<p>An <b>unclosed letter</p><p>{}</p>",
    )
    return rng.choice(frames).replace("{n}", str(rng.randrange(1000))).replace("{}", text)


def rendered(kind: Kind, units: tuple[Unit, ...], rng: random.Random) -> str:
    """The page with the units in any markup."""
    extra = (rng.choice(["<p>Nothing else.</p>", '<h2 id="h{}">Heading</h2>', "<script>x = '<p>';</script>"]),)
    parts = [_unit(unit, rng) for unit in units]
    place = rng.randrange(len(parts) + 1)
    parts[place:place] = [one.format(rng.randrange(1000)) for one in extra]
    return page(kind.name, kind.build(parts, rng)).decode()


# --- words ----------------------------------------------------------------------------------------------------------


def _change_words(units: tuple[Unit, ...], rng: random.Random) -> tuple[Unit, ...]:
    n = rng.randrange(len(units))
    m = rng.randrange(len(units[n]))
    words = units[n][m].removesuffix(".").split(" ")
    at = rng.randrange(len(words))
    way = rng.randrange(5)
    if way == 0:
        words[at] = rng.choice(VOCABULARY)
    elif way == 1:
        del words[at]
    elif way == 2:
        words.insert(at, rng.choice(VOCABULARY))
    elif way == 3:
        words.insert(at, words[at])
    else:
        words[at - 1], words[at] = words[at], words[at - 1]
    sentence = " ".join(words) + "."
    unit = (*units[n][:m], *((sentence,) if words else ()), *units[n][m + 1 :])
    return (*units[:n], *((unit,) if unit else ()), *units[n + 1 :])


def _change_units(units: tuple[Unit, ...], rng: random.Random) -> tuple[Unit, ...]:
    made = list(units)
    n = rng.randrange(len(made))
    way = rng.randrange(5)
    if way == 0:
        del made[n]
    elif way == 1:
        made.insert(rng.randrange(len(made) + 1), made[n])
    elif way == 2:
        made.insert(rng.randrange(len(made)), made.pop(n))
    elif way == 3:
        made.insert(n, ("Something new is told here.", f"It has {rng.randrange(99)} parts."))
    else:
        made[n] = tuple(reversed(made[n]))
    return tuple(made)


def _sorted_out(found: dict[str, str], good: dict[str, str], units: tuple[Unit, ...]) -> Counter[str]:
    """Compare with the model, and count."""
    counts: Counter[str] = Counter()
    for one, said in expected(units).items():
        outcome = "vanished" if one not in found else "same" if found[one] == good[one] else "changed"
        assert outcome == ("vanished" if not said else "same" if said == BASE[one] else "changed"), (one, said)
        counts[outcome] += 1
    return counts


@pytest.mark.parametrize("kind", KINDS)
def test_words_decide_and_markup_does_not(kind: str) -> None:
    rng = random.Random(kind)
    made = KINDS[kind]
    good = made.read(rendered(made, UNITS, rng))
    assert sorted(good) == sorted(WATCHED)
    counts: Counter[str] = Counter()
    for n in range(effort(30, 300)):
        units = UNITS
        for _ in range(n % 3):
            units = rng.choice([_change_words, _change_units])(units, rng)
        gone = sum(not said for said in expected(units).values())
        try:
            found = made.read(rendered(made, units, rng))
        except ScrapeError as error:
            assert gone > len(WATCHED) / 2, error
            counts["refused"] += 1
            continue
        assert gone <= len(WATCHED) / 2
        counts += _sorted_out(found, good, units)
    assert counts["same"] > effort(70, 700)
    assert counts["changed"] > effort(5, 70)
    assert counts["vanished"] > effort(0, 5)


# --- damage ---------------------------------------------------------------------------------------------------------

TAG = re.compile(r"<[^>]*>")


def _cut(text: str, rng: random.Random) -> str:
    return text[: rng.randrange(len(text) - 10)]


def _hole(text: str, rng: random.Random) -> str:
    start = rng.randrange(len(text))
    return text[:start] + text[start + rng.choice([1, 5, 50, 500, 5000]) :]


def _drop_tag(text: str, rng: random.Random) -> str:
    tag = rng.choice(list(TAG.finditer(text)))
    return text[: tag.start()] + text[tag.end() :]


def _double_tag(text: str, rng: random.Random) -> str:
    tag = rng.choice(list(TAG.finditer(text)))
    return text[: tag.end()] + text[tag.start() :]


def _swap(text: str, rng: random.Random) -> str:
    a, b, c = sorted(rng.sample(range(len(text)), 3))
    return text[:a] + text[b:c] + text[a:b] + text[c:]


def _letter(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    return text[:at] + rng.choice("abcxyz<>/&\"' 0") + text[at + 1 :]


def _paste(text: str, rng: random.Random) -> str:
    a, b = sorted(rng.sample(range(len(text)), 2))
    at = rng.randrange(len(text))
    return text[:at] + text[a:b] + text[at:]


DAMAGES = (_cut, _hole, _drop_tag, _double_tag, _swap, _letter, _paste)


def _flat(text: str) -> str:
    """All text of a page, by rough means."""
    return " ".join(html.unescape(TAG.sub(" ", text)).split())


def _plain_page(kind: Kind) -> str:
    """The page in one plain markup, with every kind of unit."""
    rng = random.Random(1)
    frames = ("<p>{}</p>", "<ul><li>{}</li></ul>", "", "<table><tr><td>{}</td></tr></table>", "<p>{}</p>", "<p>{}</p>")
    texts = [" ".join(unit) for unit in UNITS]
    units = [f.format(html.escape(t)) if f else note(t) for f, t in zip(frames, texts, strict=True)]
    return page(kind.name, kind.build(units, rng)).decode()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: str(damage.__name__))
def test_damage_never_passes_for_the_same_words(kind: str, damage: Callable[[str, random.Random], str]) -> None:
    rng = random.Random(f"{kind} {damage.__name__}")
    made = KINDS[kind]
    content = _plain_page(made)
    good, flat = made.read(content), _flat(content)
    counts: Counter[str] = Counter()
    for _ in range(effort(8, 80)):
        damaged = damage(content, rng)
        try:
            found = made.read(damaged)
        except ScrapeError:
            counts["refused"] += 1
            continue
        said = _flat(damaged)
        said_words = " ".join(sentence_words(said))
        for one, sentences in BASE.items():
            is_same = found.get(one) == good[one]
            counts["same" if is_same else "other"] += 1
            if is_same:
                assert all(" ".join(sentence) in said_words for sentence in sentences), damaged
            else:
                assert said != flat, damaged
    assert counts["refused"] > 0
    if damage is _cut:
        assert counts.keys() == {"refused"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "cp037"])
def test_another_encoding_is_refused(kind: str, encoding: str) -> None:
    made = KINDS[kind]
    with pytest.raises(ScrapeError):
        made.read(_plain_page(made).encode(encoding))


def test_the_page_of_another_member_is_refused() -> None:
    other = replace(KINDS["reference"], name=REFERENCE.replace("Thing", "Other"))
    with pytest.raises(ScrapeError, match="it is another page"):
        other.read(_plain_page(KINDS["reference"]))
