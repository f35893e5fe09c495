"""Damage to the columns and rows of a page's tables."""

from __future__ import annotations

import random

from tests.scrapers.guide.model import Cell, PageModel, Table
from tests.scrapers.guide.mutants import Base, Mutant, of_model, uncertain

ENDS = ("sizes", "summary", "instance-store", "security")
#: Of the former page as well.
_READ = (*ENDS, "-volumes", "-vol-gp", "-vol-co")
_BOTH, _HEADER, _CELLS = "both", "header", "cells"

_NEW_NAMES = (
    *(
        "Name",
        "Instance",
        "Volumes",
        "Type",
        "Encryption",
        "Storage encryption",
        "Disks",
        "Local storage",
        "",
        "&nbsp;",
    ),
    *("Instance types", "Instance family name", "Instance store volume", "Instance store", "Hypervisors", "Platform"),
    *("Instance store encryption supported", "Instance store encryption (EBS)", "Encryption at rest", "Instanztyp"),
)


def pick(rng: random.Random, model: PageModel) -> Table:
    """One of the tables that are read."""
    return rng.choice([section.tables[0] for section in model.sections if section.identity.endswith(_READ)])


def whole_rows(table: Table) -> list[list[Cell]]:
    """The rows that are not family rows."""
    return [row for row in table.rows if not table.is_family_row(row)]


def _after(base: Base, model: PageModel, part: str) -> Mutant:
    """Where header and cells were treated apart, they no longer belong together."""
    return uncertain(base, model) if part == _HEADER else of_model(model)


def _parts(rng: random.Random, table: Table) -> tuple[str, list[list[Cell]]]:
    """Whether header, cells or both are damaged, and the rows to damage."""
    part = rng.choice((_BOTH, _HEADER, _CELLS))
    rows = [] if part == _HEADER else whole_rows(table)
    return part, rows if part == _CELLS else [table.header, *rows]


def drop_column(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    table = pick(rng, model)
    position = rng.randrange(len(table.header))
    part, rows = _parts(rng, table)
    for row in rows:
        del row[position]
    return _after(base, model, part)


def double_column(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    table = pick(rng, model)
    source, target = rng.randrange(len(table.header)), rng.randrange(len(table.header) + 1)
    part, rows = _parts(rng, table)
    for row in rows:
        row.insert(target, row[source])
    return _after(base, model, part)


def swap_columns(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    table = pick(rng, model)
    one, other = rng.sample(range(len(table.header)), 2)
    part, rows = _parts(rng, table)
    for row in rows:
        row[one], row[other] = row[other], row[one]
    return _after(base, model, part)


def rotate_columns(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    table = pick(rng, model)
    by = rng.randrange(1, len(table.header))
    part, rows = _parts(rng, table)
    for row in rows:
        row[:] = row[by:] + row[:by]
    return _after(base, model, part)


def rename_column(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    table = pick(rng, model)
    position = rng.randrange(len(table.header))
    names = [cell.html for end in ENDS for cell in model.table(end).header]
    table.header[position] = Cell(rng.choice((*_NEW_NAMES, *names)), ("column", "renamed"))
    return uncertain(base, model)


def rename_two_columns(rng: random.Random, base: Base) -> Mutant:
    """One column takes the name of another one, which gets a new name."""
    model = base.copy()
    table = pick(rng, model)
    one, other = rng.sample(range(len(table.header)), 2)
    table.header[one] = table.header[other]
    table.header[other] = Cell(rng.choice(_NEW_NAMES), ("column", "renamed"))
    return uncertain(base, model)


def add_column(rng: random.Random, base: Base) -> Mutant:
    """A column that nobody knows, whole or in the header only."""
    model = base.copy()
    table = pick(rng, model)
    position = rng.randrange(len(table.header) + 1)
    part, rows = _parts(rng, table)
    values = [cell for row in whole_rows(table) for cell in row]
    for row in rows:
        new = Cell("Local cache", ("column", "local cache")) if row is table.header else Cell(rng.choice(values).html)
        row.insert(position, new)
    return _after(base, model, part)


def drop_row(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    table = pick(rng, model)
    del table.rows[rng.randrange(len(table.rows))]
    return of_model(model)


def drop_many_rows(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    table = pick(rng, model)
    table.rows = [row for row in table.rows if rng.random() < rng.choice((0.0, 0.5))]
    return of_model(model)


def double_row(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    table = pick(rng, model)
    table.rows.insert(rng.randrange(len(table.rows) + 1), list(rng.choice(table.rows)))
    return of_model(model)


def move_row(rng: random.Random, base: Base) -> Mutant:
    """Within the table, so perhaps below another family."""
    model = base.copy()
    table = pick(rng, model)
    row = table.rows.pop(rng.randrange(len(table.rows)))
    table.rows.insert(rng.randrange(len(table.rows) + 1), row)
    return of_model(model)


def move_row_to_table(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    one, other = (model.table(end) for end in rng.sample(ENDS, 2))
    row = one.rows.pop(rng.randrange(len(one.rows)))
    other.rows.insert(rng.randrange(len(other.rows) + 1), row)
    return of_model(model)


def take_row_of_page(rng: random.Random, base: Base) -> Mutant:
    """A row of the same table on another page, in addition or instead of one."""
    model = base.copy()
    end = rng.choice(ENDS)
    table, row = model.table(end), list(rng.choice(base.other.table(end).rows))
    position = rng.randrange(len(table.rows))
    table.rows[position : position + rng.choice((0, 1))] = [row]
    return of_model(model)


def sort_rows(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    rng.shuffle(pick(rng, model).rows)
    return of_model(model)


def swap_cells_of_rows(rng: random.Random, base: Base) -> Mutant:
    """Two rows exchange the cell of one column."""
    model = base.copy()
    table = pick(rng, model)
    one, other = rng.choices(whole_rows(table), k=2)
    position = rng.randrange(len(table.header))
    one[position], other[position] = other[position], one[position]
    return of_model(model)


def swap_cells_of_row(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    table = pick(rng, model)
    row = rng.choice(whole_rows(table))
    one, other = rng.sample(range(len(row)), 2)
    row[one], row[other] = row[other], row[one]
    return of_model(model)


def shift_column(rng: random.Random, base: Base) -> Mutant:
    """Every cell of a column takes the place of the one below."""
    model = base.copy()
    table = pick(rng, model)
    rows, position = whole_rows(table), rng.randrange(len(table.header))
    cells = [row[position] for row in rows]
    for row, cell in zip(rows, cells[-1:] + cells[:-1], strict=True):
        row[position] = cell
    return of_model(model)


def shift_cells(rng: random.Random, base: Base) -> Mutant:
    """The cells of a row move on by one, and the last one is left out or comes first."""
    model = base.copy()
    row = rng.choice(whole_rows(pick(rng, model)))
    first = rng.choice((row[-1], Cell(""), Cell("&nbsp;", ("empty",))))
    row[:] = [first, *row[:-1]]
    return of_model(model)


def drop_cell(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    row = rng.choice(pick(rng, model).rows)
    del row[rng.randrange(len(row))]
    return of_model(model)


def add_cell(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    table = pick(rng, model)
    rng.choice(table.rows).insert(rng.randrange(2), rng.choice(rng.choice(table.rows)))
    return of_model(model)


MUTATIONS = (
    *(drop_column, double_column, swap_columns, rotate_columns, rename_column, rename_two_columns, add_column),
    *(drop_row, drop_many_rows, double_row, move_row, move_row_to_table, take_row_of_page, sort_rows),
    *(swap_cells_of_rows, swap_cells_of_row, shift_column, shift_cells, drop_cell, add_cell),
)
