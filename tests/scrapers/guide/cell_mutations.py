"""Damage to what single cells say, and other figures in known forms."""

from __future__ import annotations

import random
import re

from tests.scrapers.guide.model import Cell
from tests.scrapers.guide.mutants import Base, Mutant, of_model
from tests.scrapers.guide.pages import LEAN, Style, tick, volumes_cell
from tests.scrapers.guide.table_mutations import ENDS, whole_rows

#: Texts that are in no known form, or that say something else than disks, a kind, a tick or a type.
_GARBAGE = (
    *(
        "",
        "&nbsp;",
        "-",
        "—",
        "N/A",
        "None",
        "TBD",
        "EBS only",
        "EBS-only",
        "Yes",
        "No",
        "✓ No",
        "✗ Yes",
        "✓✗",
        "?",
        "0",
    ),
    *("1 x 75 GiB", "1 x 75 MB", "1 x 75", "75 GB", "x 75 GB", "0 x 75 GB", "1 x 0 GB", "-1 x 75 GB", "1 x -75 GB"),
    *(
        "1 x 2.000 GB",
        "1 x 2.000 TB",
        "1 x 75.0 GB",
        "2 x 900 GB (1.800 TB)",
        "1 x 75 GB<i hidden>!</i>",
        "1 x 1 900 GB",
    ),
    *("1 x 75,00 GB", "1 x 7,5 GB", "1,000,00 x 2 GB", "1 x 75.5 GB", "1 x 0.0005 TB", "1 x 075 GB", "01 x 75 GB"),
    *("1 x 75 GB (150 GB)", "2 x 900 GB (1.7 TB)", "2 x 900 GB (1 TB)", "4 x 1 TB (4 GB)", "2 x 900 GB 1 x 75 GB"),
    *(
        "1 x 75 GB +",
        "+ 1 x 75 GB",
        "up to 4 x 900 GB",
        "4 x 900 GB or less",
        "4 to 8 x 900 GB",
        "1 x 75 gb",
        "1 X 75 GB",
    ),
    *("2 x 900 GB (", "2 x 900 GB (1,800 GB", "2 x (900 GB)", "1 x 10<sup>3</sup> GB", "1 x 1<sup>2</sup>00 GB"),
    *(
        "1 x 75 GB<sup>see below</sup>",
        "1 x 75 GB<table><tr><td>1 x 5 GB</td></tr></table>",
        "<ul><li>1 x 75 GB</li></ul>",
    ),
    *("NVMe", "SSD NVMe", "NVME SSD", "NVMe SSD / HDD", "Optane", "SSDs", "NVMe-SSD", "EBS", "Nitro V2", "Nitro 2"),
    *("Nitro v", "Nitro v0", "Nitro v2.5", "nitro", "Nitro v2 / Xen", "Xen or Nitro v2", "KVM", "Xen HVM", "Not Nitro"),
    *("Instance store supported", "Instance store is not supported", "instance store not supported", "Not supported"),
    *(
        "m5d",
        "m5d.",
        ".large",
        "M5D.LARGE",
        "m5d.large.x",
        "m5d large",
        "m5d.huge",
        "ml.m5d.large",
        "m5d.large1",
        "m5d.*",
    ),
    *(
        "m5d.large m5d.xlarge",
        "m5d.large, m5d.metal",
        "All types",
        "30,000 / 15,000",
        "âœ“ Yes",
        "✓ Ja",
        "☑",
        "True",
        "1",
    ),
)


def write_garbage(rng: random.Random, base: Base) -> Mutant:
    """A text in no known form, in a cell that is read; where it is in one by chance, it says nothing all the same."""
    model = base.copy()
    end, position = rng.choice(
        (("sizes", 1), ("summary", 1), ("instance-store", 1), ("instance-store", 2), ("security", 2), ("", 0))
    )
    table = model.table(end or rng.choice(ENDS))
    rng.choice(whole_rows(table))[position] = Cell(rng.choice(_GARBAGE))
    return of_model(model)


def write_disks(rng: random.Random, base: Base) -> Mutant:
    """Other plausible figures in every known form: the page now says these."""
    model = base.copy()
    row = rng.choice(whole_rows(model.table("instance-store")))
    groups = tuple(
        (rng.randrange(1, 25), rng.choice((4, 59, 75, 237, 474, 950, 1900, 2000, 7500, 13980)))
        for _ in range(rng.choice((1, 1, 2, 3)))
    )
    style = Style(
        has_totals=rng.random() < 0.5,
        in_tb=rng.random() < 0.5,
        has_commas=rng.random() < 0.5,
        separator=rng.choice(("<br />", "<br>", " + ", ", ", "; ", " and ", " &amp; ", "</p>\n<p>")),
    )
    cell = volumes_cell(groups, style)
    html = cell.html.replace(" x ", rng.choice((" x ", "x", " \u00d7 ", "&nbsp;x&nbsp;", " &times; ", "\n   x\n")))
    row[1] = Cell(f"<p>{html}{rng.choice(('', '†', '<sup>1</sup>', ' <sup>*</sup>'))}</p>", cell.says)
    return of_model(model)


def write_kind(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    row = rng.choice(whole_rows(model.table("instance-store")))
    words = rng.choice(("NVMe SSD", "NVMe HDD", "SSD", "HDD"))
    html = rng.choice(
        (words, f"<p>{words}</p>", words.replace(" ", "&nbsp;"), f"\n  {words}\n", f"<span>{words}</span>")
    )
    row[2] = Cell(html, ("kind", words[-3:].lower(), words.startswith("NVMe")))
    return of_model(model)


def write_tick(rng: random.Random, base: Base) -> Mutant:
    """Another word about encryption, with or without its word, perhaps with a footnote mark, which qualifies it."""
    model = base.copy()
    row = rng.choice(whole_rows(model.table("security")))
    is_there = rng.random() < 0.5
    cell = tick(is_there, rng.choice((LEAN, Style(is_2024=True))))
    if rng.random() < 0.3:
        cell = Cell(f"<p>{cell.html}<sup>3</sup></p>", ("marked", is_there))
    elif rng.random() < 0.3:
        cell = Cell("Instance store not supported", ("none",))
    row[2] = cell
    return of_model(model)


def write_hypervisor(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    row = rng.choice(model.table("summary").rows)
    words = rng.choice(("Nitro", "Nitro v2", "Nitro v3", "Nitro v6", "Nitro v12", "Xen"))
    mark = rng.choice(("", "", " *", "<sup>*</sup>", " <sup>2</sup>", "†"))
    version = re.sub(r"\D", "", words)
    row[1] = Cell(f"{words}{mark}", ("hypervisor", words[:5].strip().lower(), version, mark != ""))
    if mark not in ("", " *", "<sup>*</sup>"):
        # only the note with an asterisk is on the page
        model.section("summary").notes = [f"see below {mark}"]
    return of_model(model)


def write_metal(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    rng.choice(model.table("summary").rows)[3] = tick(rng.random() < 0.5, rng.choice((LEAN, Style(is_2024=True))))
    return of_model(model)


def change_note(rng: random.Random, base: Base) -> Mutant:
    """The note that explains the mark is gone, doubled, or says something else."""
    model = base.copy()
    section = model.section("summary")
    note = "* <code>i3.metal</code> runs on the Nitro System."
    section.notes = rng.choice(
        (
            [],
            [note, note],
            ["* Some types run on the Nitro System."],
            ["* <code>i3.metal</code> does not run on the Nitro System."],
            ["* <code>i3.metal</code> runs on Xen."],
            ["* <code>m5.metal</code> runs on the Nitro System."],
            ["* Only <code>i3.metal</code> runs on Xen, all others run on the Nitro System."],
            ["<code>i3.metal</code> runs on the Nitro System."],
            [f"** {note}"],
        )
    )
    return of_model(model)


def drop_type(rng: random.Random, base: Base) -> Mutant:
    """A type is no longer among the sizes of its family, or another one is."""
    model = base.copy()
    row = rng.choice(model.table("sizes").rows)
    says = row[1].says
    assert says is not None
    names = [str(name) for name in says[1]]  # type: ignore[attr-defined]
    if rng.random() < 0.5:
        names.remove(rng.choice(names))
    else:
        names.insert(rng.randrange(len(names) + 1), rng.choice(("m5.large", "d2.xlarge", "m5d.24xlarge", "t2.micro")))
    html = " | ".join(f"<code>{name}</code>" for name in names)
    row[1] = Cell(html, ("types", tuple(names)) if names else None)
    return of_model(model)


def mark_types(rng: random.Random, base: Base) -> Mutant:
    """Footnote marks beside types and headers, and spaces: the page says the same."""
    model = base.copy()
    for end in ("instance-store", "security"):
        table = model.table(end)
        for row in [table.header, *whole_rows(table)]:
            if rng.random() < 0.5:
                mark = rng.choice(("<sup>1</sup>", " <sup>*</sup>", " †", "\n  ", "<sup> 2 </sup> <sup>3</sup>"))
                row[0] = Cell(f"{row[0].html}{mark}", row[0].says)
    return of_model(model)


def strike_out(rng: random.Random, base: Base) -> Mutant:
    """A cell is wrapped in a tag that takes back what it says, or that hides a part of it."""
    model = base.copy()
    table = model.table(rng.choice(("summary", "instance-store", "security")))
    row, position = rng.choice(whole_rows(table)), rng.choice((0, 1, 2))
    tag = rng.choice(("del", "s", "strike", "template", "script", "select", "ins", "table", "ul", "button", "sub"))
    row[position] = Cell(f"<{tag}>{row[position].html}</{tag}>")
    return of_model(model)


MUTATIONS = (
    *(write_garbage, write_disks, write_kind, write_tick, write_hypervisor, write_metal, change_note, drop_type),
    *(mark_types, strike_out),
)
