"""The mutation test can fail: a parser that is broken in any of these ways is found out by wrong facts."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from scrapers.guide import Ec2Guide, NitroPage, cells, markup, specifications, tables
from scrapers.reading.html import fail
from tests.scrapers.guide import cell_mutations, other_mutations, page_mutations, table_mutations
from tests.scrapers.guide.model import Cell
from tests.scrapers.guide.mutants import ERROR, WRONG, Base, Mutant, Mutation, bases, judge, of_model

Patch = pytest.MonkeyPatch
#: At most; a broken parser is found out sooner.
TURNS = 400


def columns_in_any_order(patch: Patch) -> None:
    def columns(row: Any, headers: Sequence[tuple[str, ...]], where: str, remark: object) -> Any:
        names = [markup.cell_text(cell, where).plain.casefold() for cell in tables._cells(row, "th", where)]
        header = next((header for header in headers if set(header) == set(names)), None)
        if header is None:
            fail(where, "columns")
        return [(name, names.index(name)) for name in header], len(names)

    patch.setattr(tables, "_columns", columns)


def columns_by_position(patch: Patch) -> None:
    def columns(row: Any, headers: Sequence[tuple[str, ...]], where: str, remark: object) -> Any:
        del remark
        width = len(tables._cells(row, "th", where))
        header = next((header for header in headers if len(header) == width), None)
        return ([(name, at) for at, name in enumerate(header)], width) if header else fail(where, "columns")

    patch.setattr(tables, "_columns", columns)


def no_row_means_no_disks(patch: Patch) -> None:
    read = specifications._storage

    def storage(name: str, security: tables.Row, row: tables.Row | None, remark: Any) -> dict[str, str]:
        return (
            {"has_instance_store": "false", "instance_store_gb": "0"}
            if row is None
            else read(name, security, row, remark)
        )

    patch.setattr(specifications, "_storage", storage)


def words_are_enough(patch: Patch) -> None:
    """A row of disks is left out where the security table says that there are none."""
    read = specifications._storage

    def storage(name: str, security: tables.Row, row: tables.Row | None, remark: Any) -> dict[str, str]:
        is_none = cells.instance_store_encryption(security.cells[2]) is None
        return read(name, security, None if is_none else row, remark)

    patch.setattr(specifications, "_storage", storage)


def first_disks_only(patch: Patch) -> None:
    read = cells._volumes
    patch.setattr(cells, "_volumes", lambda cell: read(cell)[:1])


def binary_terabytes(patch: Patch) -> None:
    patch.setattr(cells, "_GB_PER_TB", 1024)
    patch.setattr(cells, "_check_total", lambda *_: None)


def totals_not_added_up(patch: Patch) -> None:
    patch.setattr(cells, "_check_total", lambda *_: None)


def families_not_compared(patch: Patch) -> None:
    patch.setattr(specifications, "_check_family", lambda *_: None)


def marks_left_out(patch: Patch) -> None:
    read = markup.cell_text

    def text(tag: Any, where: str) -> markup.Text:
        return markup.Text(read(tag, where).lines, ())

    patch.setattr(tables, "cell_text", text)


def superscript_is_text(patch: Patch) -> None:
    def text(tag: Any, where: str) -> markup.Text:
        del where
        for mark in tag.find_all("sup"):
            mark.extract()
        return markup.Text((" ".join(tag.get_text(" ").split()),), ())

    patch.setattr(tables, "cell_text", text)


def no_tick_is_a_cross(patch: Patch) -> None:
    patch.setattr(cells, "yes_or_no", lambda cell: cell.text.plain.startswith("✓"))


def metal_runs_a_hypervisor(patch: Patch) -> None:
    patch.setattr(cells, "is_called_metal", lambda name: False)


def any_kind_is_nvme(patch: Patch) -> None:
    patch.setattr(cells, "_KINDS", {name: (kind, True) for name, (kind, _) in cells._KINDS.items()})


def any_page_will_do(patch: Patch) -> None:
    load = markup.load
    patch.setattr(specifications, "load", lambda document, page_id, words: load(document, _title_of(document), ""))
    patch.setattr(specifications, "_section", lambda page, page_id, name: _ending(page, name))


def _title_of(document: Any) -> str:
    content: bytes = document.content
    return content.partition(b'class="topictitle" id="')[2].partition(b'"')[0].decode()


def _ending(page: markup.Page, name: str) -> markup.Section:
    found = [section for identity, section in page.sections.items() if identity[2:].lstrip("c").strip("_-") == name]
    return found[0] if found else fail(page.name, name)


def later_rows_win(patch: Patch) -> None:
    def by_name(rows: list[tables.Row], name_of: Callable[[tables.Cell], str]) -> dict[str, tables.Row]:
        return {name_of(row.cells[0]): row for row in rows}

    patch.setattr(tables, "_by_name", by_name)


def disks_come_twice(patch: Patch) -> None:
    read = cells.disks

    def disks(volumes: tables.Cell, kind: tables.Cell) -> cells.Disks:
        found = read(volumes, kind)
        return cells.Disks(found.groups[:1] * 2, found.is_nvme)

    patch.setattr(cells, "disks", disks)


def swap_ticks(rng: random.Random, base: Base) -> Mutant:
    """Two columns of the security table change places, header and cells."""
    del rng
    model = base.copy()
    table = model.table("security")
    for row in [table.header, *table.rows]:
        if len(row) > 1:
            row[2], row[3] = row[3], row[2]
    return of_model(model)


def write_power(rng: random.Random, base: Base) -> Mutant:
    """A number that is not what it is without its superscript."""
    model = base.copy()
    row = rng.choice([row for row in model.table("instance-store").rows if len(row) > 1])
    row[1] = Cell("1 x 10<sup>3</sup> GB")
    return of_model(model)


CASES: list[tuple[Callable[[Patch], None], tuple[Mutation, ...]]] = [
    (columns_in_any_order, (table_mutations.swap_columns,)),
    (columns_by_position, (swap_ticks,)),
    (no_row_means_no_disks, (table_mutations.drop_row,)),
    (words_are_enough, (cell_mutations.write_tick,)),
    (first_disks_only, (cell_mutations.write_disks,)),
    (binary_terabytes, (cell_mutations.write_disks,)),
    (totals_not_added_up, (cell_mutations.write_garbage,)),
    (families_not_compared, (table_mutations.move_row,)),
    (marks_left_out, (cell_mutations.write_hypervisor, cell_mutations.write_tick)),
    (superscript_is_text, (write_power,)),
    (no_tick_is_a_cross, (cell_mutations.write_garbage,)),
    (metal_runs_a_hypervisor, (cell_mutations.write_metal,)),
    (any_kind_is_nvme, (cell_mutations.write_kind,)),
    (any_page_will_do, (page_mutations.other_address,)),
    (later_rows_win, (table_mutations.double_row,)),
]


@pytest.mark.parametrize(("break_parser", "mutations"), CASES, ids=[case[0].__name__ for case in CASES])
def test_a_broken_parser_is_found_out(
    break_parser: Callable[[Patch], None], mutations: tuple[Mutation, ...], monkeypatch: Patch
) -> None:
    break_parser(monkeypatch)
    rng, good, scraper = random.Random(break_parser.__name__), bases(), Ec2Guide()
    outcomes = (judge(rng.choice(mutations)(rng, rng.choice(good)), scraper) for _ in range(TURNS))
    found = next((outcome for outcome in outcomes if outcome.word == WRONG), None)
    assert found is not None


def test_a_former_page_that_is_misread_is_found_out(monkeypatch: Patch) -> None:
    disks_come_twice(monkeypatch)
    rng, good, scraper = random.Random(1), other_mutations.former_bases(), Ec2Guide()
    outcomes = [judge(page_mutations.rebuild_table(rng, rng.choice(good)), scraper).word for _ in range(20)]
    assert WRONG in outcomes


def test_a_nitro_page_that_is_misread_is_found_out(monkeypatch: Patch) -> None:
    """Families with bare metal types only are logged as families."""
    monkeypatch.setattr(cells, "is_type", lambda name: True)
    rng, scraper = random.Random(1), NitroPage()
    outcomes = [judge(other_mutations.move_name(rng), scraper).word for _ in range(40)]
    assert WRONG in outcomes
    assert ERROR in outcomes
