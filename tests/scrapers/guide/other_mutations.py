"""Damage to the Nitro page, and the former page of instance stores as a page to be damaged."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable

from tests.scrapers.guide import page_mutations, table_mutations
from tests.scrapers.guide.figures import FORMER_2021
from tests.scrapers.guide.model import render
from tests.scrapers.guide.mutants import Base, Mutant
from tests.scrapers.guide.oracle import nitro_truth
from tests.scrapers.guide.pages import former_model, nitro_model

NAME = "ec2-nitro-instances.html"

#: Versions, categories, names: the tabs of a section, to be damaged.
Lists = dict[int, dict[str, list[str]]]


def nitro_lists() -> tuple[Lists, Lists]:
    """A small page: two versions, a family in both sections, one with bare metal types only, and single types."""
    virtualized = {
        5: {"General Purpose": ["M8g"], "Accelerated Computing": ["P6e-GB200", "Trn2"]},
        3: {"Storage Optimized": ["D3", "I3en"], "Previous Generation": ["P3dn.24xlarge", "U-6tb1"]},
    }
    bare_metal = {5: {"General Purpose": ["M8g", "Mac-m4"]}, 3: {"Storage Optimized": ["I3en", "I3.metal"]}}
    return virtualized, bare_metal


def nitro_base() -> Base:
    """The small page, for damage to its bytes."""
    model = nitro_model(*nitro_lists())
    return Base(model, model, is_plain=False, stated=nitro_truth(*nitro_lists()))


def _mutant(virtualized: Lists, bare_metal: Lists) -> Mutant:
    content = render(nitro_model(virtualized, bare_metal))
    return Mutant(NAME, content, nitro_truth(virtualized, bare_metal), is_certain=True)


def _place(rng: random.Random, lists: Lists) -> list[str]:
    """A list of names."""
    return rng.choice(list(rng.choice(list(lists.values())).values()))


def move_name(rng: random.Random) -> Mutant:
    """A name moves to another list, is there twice, or is gone."""
    both = nitro_lists()
    source, target = _place(rng, rng.choice(both)), _place(rng, rng.choice(both))
    name = rng.choice(source)
    if rng.random() < 0.7:
        source.remove(name)
    if rng.random() < 0.7:
        target.insert(rng.randrange(len(target) + 1), name)
    return _mutant(*_without_empty(both))


def _without_empty(both: tuple[Lists, Lists]) -> tuple[Lists, Lists]:
    for lists in both:
        for categories in lists.values():
            for category in [category for category, names in categories.items() if not names]:
                del categories[category]
        for version in [version for version, categories in lists.items() if not categories]:
            del lists[version]
    return both


def drop_list(rng: random.Random) -> Mutant:
    both = nitro_lists()
    _place(rng, rng.choice(both)).clear()
    return _mutant(*_without_empty(both))


def change_version(rng: random.Random) -> Mutant:
    """A tab of one section gets another version."""
    both = nitro_lists()
    lists = rng.choice(both)
    lists[rng.choice((2, 4, 6, 11))] = lists.pop(rng.choice(list(lists)))
    return _mutant(*both)


def spoil_name(rng: random.Random) -> Mutant:
    """A name that is none; nobody can tell what it says."""
    both = nitro_lists()
    names = _place(rng, rng.choice(both))
    content_of = names[rng.randrange(len(names))]
    strange = (
        "",
        "and",
        "M8g, M8gd",
        "M8g and M8gd",
        "all",
        "M8g*.large",
        "M8g.huge",
        "M8g (new)",
        "*",
        "Nitro",
        "M 8 g",
    )
    names[names.index(content_of)] = rng.choice(strange)
    return Mutant(NAME, render(nitro_model(*both)), nitro_truth(*nitro_lists()), is_certain=False)


def spoil_page(rng: random.Random) -> Mutant:
    """Labels, headings and lists in another form."""
    text = render(nitro_model(*nitro_lists())).decode()
    old, new = rng.choice(
        (
            ("<dt>Nitro v3</dt>", "<dt>Nitro v5</dt>"),
            ("<dt>Nitro v3</dt>", "<dt>Nitro 3</dt>"),
            ("<dt>Nitro v3</dt>", "<dt>Nitro v3 and v4</dt>"),
            ("<dt>Nitro v3</dt>", ""),
            ("<dt>Nitro v3</dt>", "<dt>Nitro v3</dt><dt>Nitro v4</dt>"),
            ("<dt>Nitro v5</dt>", "<dt>Xen</dt>"),
            ('id="nitro-instance-types"', 'id="nitro-types"'),
            ('id="nitro-bare-metal"', 'id="nitro-instance-types"'),
            ('id="nitro-bare-metal"', ""),
            ("<h2", "<h3"),
            (": P6e-GB200", " P6e-GB200"),
            (" | Trn2", " | Trn2</p><p>Trn2u"),
            ("</ul></div></dd>", "</ul><p>M8gd</p></div></dd>"),
            ("<ul", "<ol"),
            ("<li", "<p"),
            ("Nitro System", "system"),
            ('id="ec2-nitro-instances"', 'id="gp"'),
        )
    )
    assert old in text
    return Mutant(NAME, text.replace(old, new).encode(), nitro_truth(*nitro_lists()), is_certain=False)


NITRO_MUTATIONS: tuple[Callable[[random.Random], Mutant], ...] = (
    *(move_name, drop_list, change_version, spoil_name, spoil_page),
)
#: Where bytes are taken out within a list, two names may become one, and nothing on the page tells.
NITRO_BYTE_MUTATIONS = (
    *(page_mutations.cut, page_mutations.cut_and_close, page_mutations.change_markup, page_mutations.drop_tag),
    *(page_mutations.comment_out, page_mutations.other_encoding, page_mutations.damage_byte),
    *(page_mutations.other_language, page_mutations.strange_page, page_mutations.double_page),
)


def former_bases() -> list[Base]:
    """The former page with one table, and with two."""
    rows = FORMER_2021[:7]
    models = [former_model(rows), former_model(rows, ("gp", "co"))]
    return [Base(model, copy.deepcopy(model), is_plain=True) for model in models]


_TABLES, _PAGES = table_mutations, page_mutations
FORMER_MUTATIONS = (
    *(_TABLES.drop_column, _TABLES.double_column, _TABLES.swap_columns, _TABLES.rotate_columns, _TABLES.drop_row),
    *(_TABLES.double_row, _TABLES.move_row, _TABLES.sort_rows, _TABLES.swap_cells_of_rows, _TABLES.swap_cells_of_row),
    *(_TABLES.shift_column, _TABLES.shift_cells, _TABLES.drop_cell, _TABLES.add_cell),
    *(_PAGES.empty_table, _PAGES.rebuild_table, _PAGES.drop_header, _PAGES.repeat_header),
    *(_PAGES.cut, _PAGES.cut_and_close, _PAGES.change_markup, _PAGES.other_encoding, _PAGES.other_language),
)
