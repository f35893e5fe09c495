"""Thousands of damaged offer files: each gives the right facts or an error, never a wrong fact.

What is right is known without the parser: every product of the good file stands for one row, and a mutation touches
known products (for damaged bytes: those that a plain JSON reader finds changed). Judged is what the log would say
afterwards, when it said before what the good file says:

- nothing is listed that the good file does not list;
- what an untouched product lists stays listed;
- what a touched product lists stays too, since a damaged product is no sign that its type is gone;
- what only a removed product listed is gone.

Every product here has two witnesses at least for its type and for its component: what only one witness says can be
changed without anyone noticing, in any format.
"""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from kb.dataset.log_specs import Key
from scrapers.base import Document, Rows, ScrapeError
from scrapers.prices.price_list import PriceList
from tests.effort import effort
from tests.scrapers.prices.offers import WORDS, Product, as_bytes, offer_file, others, product

SCRAPER = PriceList()
REGION = "us-east-1"
NAME = f"{REGION}.json"
WITNESSES = (
    "usagetype",
    "component",
    "platoinstancetype",
    "instanceName",
    "instanceType",
    "locationType",
    "regionCode",
)
TYPES = ("ml.g5.large", "ml.p6-b200.48xlarge")
COUNT = effort(15, 150)


def good() -> dict[str, Key]:
    """The row that each product of the good file stands for, by sku; and the products, in `PRODUCTS`."""
    rows: dict[str, Key] = {}
    for position, (component, name) in enumerate((c, n) for c in WORDS for n in TYPES):
        missing: dict[str, None] = {}
        if position % 3 == 1:
            missing = {"instanceType": None, "vCpu": None}
        if position % 4 == 2:
            missing = {"platoinstancetype": None, "memory": None}
        made = product(REGION, component, name, **missing)
        rows[made["sku"]] = (component, REGION, name)
        PRODUCTS.append(made)
    return rows


PRODUCTS: list[Product] = []
ROWS = good()
LOG: Rows = dict.fromkeys(ROWS.values(), "true")
FILE = offer_file([*PRODUCTS, *others(REGION)])
CONTENT = as_bytes(FILE)


@dataclass
class Damage:
    """A damaged file, and the skus of the good file that it changed and that it took out."""

    content: bytes
    touched: set[str]
    removed: set[str]


def structural(change: Callable[[dict[str, Any], random.Random], None]) -> Callable[[random.Random], Damage]:
    """A mutation of the parsed file; what it did is seen by comparing the products."""

    def mutate(chance: random.Random) -> Damage:
        made = json.loads(CONTENT)
        change(made, chance)
        return seen_in(json.dumps(made).encode(), made)

    return mutate


def seen_in(content: bytes, made: dict[str, Any]) -> Damage:
    """Compare the products of a changed file with those of the good one."""
    products = made.get("products")
    found = products if isinstance(products, dict) else {}
    touched = {sku for sku in ROWS if sku in found and found[sku] != FILE["products"][sku]}
    return Damage(content, touched, {sku for sku in ROWS if sku not in found})


def one(made: dict[str, Any], chance: random.Random) -> Product:
    """One of the products, mostly one that stands for a row."""
    skus = list(ROWS) if chance.random() < 0.8 else [sku for sku in made["products"] if sku not in ROWS]
    found: Product = made["products"][chance.choice(skus)]
    return found


def texts(chance: random.Random, text: str) -> str:
    """Another text in the place of this one."""
    place = chance.randrange(len(text) + 1)
    words = [part for words in WORDS.values() for part in words]
    return chance.choice(
        [
            "",
            "NA",
            "?",
            text[:place],
            text[place:],
            text[:place] + text[place + 1 :],
            text[:place] + chance.choice("x9-.:A ") + text[place:],
            text.upper(),
            text.lower(),
            f" {text}",
            text.replace("ml.", ""),
            text.replace(".", "-"),
            text.replace("large", "xlarge"),
            chance.choice(words).strip(":-"),
            chance.choice(["SpotTraining", "RStudio:RSession", "Free", "Studio", "HyperPod", "Cluster-Reserved"]),
            f"USE1-{chance.choice(words)}{chance.choice(TYPES)}",
            chance.choice(TYPES) + chance.choice(["", "-Hosting", "-Training", "-trainingplaninuse", "-X"]),
            chance.choice(["us-west-2", "us-east-1", "us-east-1-chi-1", "global", "AWS Outposts", "AWS Local Zone"]),
        ]
    )


def drop_product(made: dict[str, Any], chance: random.Random) -> None:
    del made["products"][one(made, chance)["sku"]]


def repeat_product(made: dict[str, Any], chance: random.Random) -> None:
    found = one(made, chance)
    made["products"][found["sku"] + "X"] = copy.deepcopy(found) | {"sku": found["sku"] + chance.choice(["X", ""])}


def drop_attribute(made: dict[str, Any], chance: random.Random) -> None:
    attributes = one(made, chance)["attributes"]
    del attributes[chance.choice(list(attributes))]


def rename_attribute(made: dict[str, Any], chance: random.Random) -> None:
    attributes = one(made, chance)["attributes"]
    name = chance.choice(list(attributes))
    attributes[chance.choice([name.upper(), f"{name} ", f"{name}2", "component", "instanceName"])] = attributes.pop(
        name
    )


def change_witness(made: dict[str, Any], chance: random.Random) -> None:
    attributes = one(made, chance)["attributes"]
    name = chance.choice([name for name in WITNESSES if name in attributes])
    attributes[name] = texts(chance, attributes[name])


def change_attribute(made: dict[str, Any], chance: random.Random) -> None:
    attributes = one(made, chance)["attributes"]
    name = chance.choice(list(attributes))
    attributes[name] = texts(chance, attributes[name])


def change_kind(made: dict[str, Any], chance: random.Random) -> None:
    attributes = one(made, chance)["attributes"]
    attributes[chance.choice(list(attributes))] = chance.choice([None, True, 4, 0.5, [], {}, ["x"], {"a": "b"}])


def add_witness(made: dict[str, Any], chance: random.Random) -> None:
    attributes = one(made, chance)["attributes"]
    name = chance.choice(["platoinstancetype", "instanceType"])
    attributes[name] = texts(chance, attributes.get(name, "ml.m5.xlarge-Hosting"))


def swap_witness(made: dict[str, Any], chance: random.Random) -> None:
    ours, theirs = one(made, chance)["attributes"], one(made, chance)["attributes"]
    # nothing else tells whether a product is sold on an Outpost
    swappable = set(WITNESSES) - {"locationType"}
    name = chance.choice(sorted(swappable & ours.keys() & theirs.keys()))
    ours[name], theirs[name] = theirs[name], ours[name]


def swap_attributes(made: dict[str, Any], chance: random.Random) -> None:
    ours, theirs = one(made, chance), one(made, chance)
    ours["attributes"], theirs["attributes"] = theirs["attributes"], ours["attributes"]


def change_sku(made: dict[str, Any], chance: random.Random) -> None:
    found = one(made, chance)
    found["sku"] = chance.choice([found["sku"][:-1], one(made, chance)["sku"], "", None, 7])


def move_in(made: dict[str, Any], chance: random.Random) -> None:
    """A product of another Region, perhaps without the attribute that says so."""
    foreign = product("eu-west-1", chance.choice(list(WORDS)), "ml.r5.24xlarge")
    if chance.random() < 0.5:
        del foreign["attributes"]["regionCode"]
    made["products"][foreign["sku"]] = foreign


def change_family(made: dict[str, Any], chance: random.Random) -> None:
    found = one(made, chance)
    found["productFamily"] = chance.choice(["ML Machine", "", "ml instance", "ML Instance ", "Storage", None, 3])
    if found["productFamily"] is None and chance.random() < 0.5:
        del found["productFamily"]


def widen_family(made: dict[str, Any], chance: random.Random) -> None:
    chance.choice([one for one in made["products"].values() if one["sku"] not in ROWS])["productFamily"] = "ML Instance"


def change_frame(made: dict[str, Any], chance: random.Random) -> None:
    name = chance.choice(list(made))
    choice = chance.randrange(3)
    value = made.pop(name)
    if choice == 0:
        made[name.upper()] = value
    elif choice == 1:
        made[name] = chance.choice([None, [], {}, "x", 1, [value]])


def damaged(content: bytes) -> Damage:
    """The same for changed bytes: what a plain JSON reader finds changed."""
    try:
        made = json.loads(content.decode())
    except ValueError:
        return Damage(content, set(), set())
    return seen_in(content, made if isinstance(made, dict) else {})


def cut(chance: random.Random) -> Damage:
    """Up to 100 bytes are missing: less than lies between what two products say."""
    start = chance.randrange(len(CONTENT))
    return damaged(CONTENT[:start] + CONTENT[start + chance.randint(1, 100) :])


def cut_end(chance: random.Random) -> Damage:
    return damaged(CONTENT[: chance.randrange(len(CONTENT))])


def change_byte(chance: random.Random) -> Damage:
    start = chance.randrange(len(CONTENT))
    return damaged(CONTENT[:start] + bytes([chance.randrange(256)]) + CONTENT[start + 1 :])


def insert_bytes(chance: random.Random) -> Damage:
    start = chance.randrange(len(CONTENT))
    inserted = chance.choice(
        [b"x", b'"', b"}", b"{", b",", b" ", b"\xff", b"\xef\xbb\xbf", CONTENT[start : start + 40]]
    )
    return damaged(CONTENT[:start] + inserted + CONTENT[start:])


def repeat_line(chance: random.Random) -> Damage:
    lines = CONTENT.splitlines(keepends=True)
    number = chance.randrange(len(lines))
    return damaged(b"".join([*lines[: number + 1], *lines[number:]]))


def drop_line(chance: random.Random) -> Damage:
    lines = CONTENT.splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    return damaged(b"".join(lines))


def judged(damage: Damage) -> str:
    """Right, error, or what is wrong."""
    remarks: list[str] = []
    try:
        found = SCRAPER.parse(Document(NAME, damage.content), remarks.append)
    except ScrapeError:
        return "error"
    afterwards = SCRAPER.merge({NAME: found}, LOG)
    invented = {key for key, value in found.items() if value} - LOG.keys()
    staying = {row for sku, row in ROWS.items() if sku not in damage.removed}
    if invented:
        return f"wrong: lists {invented}"
    if afterwards.keys() != staying:
        return f"wrong: {afterwards.keys() ^ staying}"
    return "right"


MUTATIONS: dict[str, Callable[[random.Random], Damage]] = {
    change.__name__: structural(change)
    for change in (
        drop_product,
        repeat_product,
        drop_attribute,
        rename_attribute,
        change_witness,
        change_attribute,
        change_kind,
        add_witness,
        swap_witness,
        swap_attributes,
        change_sku,
        move_in,
        change_family,
        widen_family,
        change_frame,
    )
} | {change.__name__: change for change in (cut, cut_end, change_byte, insert_bytes, repeat_line, drop_line)}


#: A file with one product less is a good one, and one more that is no instance does not matter.
NEVER_AN_ERROR = {"drop_product", "widen_family"}
ALWAYS_AN_ERROR = {"change_kind", "cut_end"}


def test_the_good_file_is_right() -> None:
    assert judged(damaged(CONTENT)) == "right"
    assert len(LOG) == len(ROWS) == 16


@pytest.mark.effort
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_damaged_file_is_right_or_an_error(name: str) -> None:
    counts: Counter[str] = Counter()
    for seed in range(COUNT):
        verdict = judged(MUTATIONS[name](random.Random(f"{name} {seed}")))
        counts[verdict.partition(":")[0]] += 1
        assert not verdict.startswith("wrong"), f"seed {seed}: {verdict}"
    print(f"{name}: {counts['right']} right, {counts['error']} errors, {counts['wrong']} wrong")
    assert counts.total() == COUNT
    assert bool(counts["error"]) == (name not in NEVER_AN_ERROR)
    if name != "change_sku" or effort(usual=False, full=True):  # seldom right: only where it gets its own again
        assert bool(counts["right"]) == (name not in ALWAYS_AN_ERROR)
