"""Pages of EC2's instance types guide for tests: the real structure, real figures, and no sentence of the real pages.

`page(name, families)` makes one page of specifications, `nitro_page(...)` the page of the Nitro System,
`former_page(...)` the page of the user guide that came before them, and `all_pages()` the seven pages and the Nitro
page by file name, as they are served.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tests.scrapers.guide.figures import BARE_METAL, FORMER_2021, GUIDE, VIRTUALIZED, Family, Groups, Tabs, Type
from tests.scrapers.guide.model import Cell, PageModel, Section, Table, render

TITLES = {
    "gp": "Specifications for Amazon EC2 general purpose instances",
    "co": "Specifications for Amazon EC2 compute optimized instances",
    "mo": "Specifications for Amazon EC2 memory optimized instances",
    "so": "Specifications for Amazon EC2 storage optimized instances",
    "ac": "Specifications for Amazon EC2 accelerated computing instances",
    "hpc": "Specifications for Amazon EC2 high-performance computing instances",
    "pg": "Specifications for Amazon EC2 previous generation instances",
}


@dataclass(frozen=True)
class Style:
    """How a page is written.

    Attributes:
        is_2024: Columns, headings and ticks as in 2024, else as in 2026.
        has_all_tables: Whether the tables about performance, network and EBS are there as well, and cells have the
            attributes and paragraphs of the real ones.
        separator: Between groups of disks.
        has_totals: Whether totals stand in brackets.
        in_tb: Whether full thousands are written in TB.
        has_commas: Whether thousands are separated.
    """

    is_2024: bool = False
    has_all_tables: bool = True
    separator: str = "<br />"
    has_totals: bool = False
    in_tb: bool = False
    has_commas: bool = False


NOW = Style()
THEN = Style(is_2024=True)
LEAN = Style(has_all_tables=False)

#: What a page says below the summary where a hypervisor has a mark.
I3_NOTE = "* <code>i3.metal</code> runs on the Nitro System."


def page(name: str, families: Sequence[Family], style: Style = NOW, notes: Sequence[str] | None = None) -> bytes:
    """A page of specifications.

    Args:
        name: "gp", "co", "mo", "so", "ac", "hpc" or "pg".
        families: What it lists.
        style: How it is written.
        notes: Paragraphs below the summary; by default the one about i3.metal, where I3 is on the page.
    """
    return render(page_model(name, families, style, notes))


def nitro_page(virtualized: Tabs = VIRTUALIZED, bare_metal: Tabs = BARE_METAL) -> bytes:
    """The page of the Nitro System.

    Args:
        virtualized: Families (or single types) by version and category.
        bare_metal: The same for bare metal.
    """
    return render(nitro_model(virtualized, bare_metal))


def all_pages(guide: Mapping[str, Sequence[Family]] = GUIDE) -> dict[str, bytes]:
    """The seven pages and the Nitro page by file name ("gp.html"); all lie in one folder of the site."""
    pages = {f"{name}.html": page(name, families) for name, families in guide.items()}
    return pages | {"ec2-nitro-instances.html": nitro_page()}


def page_model(
    name: str, families: Sequence[Family], style: Style = NOW, notes: Sequence[str] | None = None
) -> PageModel:
    """The model of a page of specifications; the arguments are those of `page`."""
    if notes is None:
        notes = (I3_NOTE,) if any("*" in one.hypervisor for one in families) else ()
    sections = [_sizes(name, families, style), _summary(name, families, style, notes)]
    if style.has_all_tables:
        sections += _others(name, families)
    sections += [_instance_store(name, families, style), _security(name, families, style)]
    model = PageModel(f"{name}.html", TITLES[name], name, sections)
    return model if style.has_all_tables else replace(model, attributes="")


def volumes_cell(groups: Groups, style: Style) -> Cell:
    """The cell of a type's disks."""
    html = style.separator.join(_group(count, gb, style) for count, gb in groups)
    return Cell(html, ("volumes", groups))


def _group(count: int, gb: int, style: Style) -> str:
    total = f" ({_sized(count * gb, style)})" if style.has_totals and count > 1 else ""
    return f"{count} x {_sized(gb, style)}{total}"


def _sized(gb: int, style: Style) -> str:
    if style.in_tb and gb % 1000 == 0:
        return f"{gb // 1000:,} TB" if style.has_commas else f"{gb // 1000} TB"
    return f"{gb:,} GB" if style.has_commas else f"{gb} GB"


def _header(*names: str) -> list[Cell]:
    return [Cell(name, ("column", re.sub(r" ?<sup>.*", "", name).lower())) for name in names]


def tick(is_there: bool, style: Style) -> Cell:
    """A tick or a cross. What it is about, only the header above it says."""
    word = ("✓" if is_there else "✗") + ("" if style.is_2024 else " Yes" if is_there else " No")
    return Cell(_paragraph(word, style), ("tick", is_there))


def _paragraph(text: str, style: Style) -> str:
    return f"<p>{text}</p>" if style.has_all_tables else text


def _label(one: Family) -> Cell:
    return Cell(one.label, ("family", one.label.lower()))


def _name(one: Family, of_type: Type, style: Style) -> Cell:
    name = one.name_of(of_type)
    return Cell(_paragraph(name, style), ("type", name))


def _sizes(name: str, families: Sequence[Family], style: Style) -> Section:
    columns = ("Instance type", "Available sizes") if style.is_2024 else ("Instance family", "Available instance types")
    rows = []
    for one in families:
        names = tuple(one.name_of(of_type) for of_type in one.types)
        html = " | ".join(f'<code class="code">{each}</code>' for each in names)
        rows.append([_label(one), Cell(f"<p>{html}</p>", ("types", names))])
    heading = "Available sizes" if style.is_2024 else "Instance families and instance types"
    # the real page of accelerated computing writes its id so
    identity = "ac-sizes" if name == "ac" else f"{name}_sizes"
    return Section(identity, heading, [Table(_header(*columns), rows)])


def _summary(name: str, families: Sequence[Family], style: Style, notes: Sequence[str]) -> Section:
    header = _header(
        "Instance type" if style.is_2024 else "Instance family",
        "Hypervisor",
        "Processor type (architecture)",
        "Metal instances available",
        "Dedicated Hosts support",
        "Spot support",
        "Hibernation support",
        "Supported operating systems",
    )
    rows = []
    for one in families:
        words = one.hypervisor
        version = re.sub(r"\D", "", words)
        says = ("hypervisor", "nitro" if "Nitro" in words else "xen", version, "*" in words)
        html = f'<a href="./ec2-nitro-instances.html">{words}</a>' if "Nitro" in words else words
        rows.append(
            [
                _label(one),
                Cell(f"<p>{html}</p>", says),
                Cell("Intel (x86_64)", ("processor",)),
                tick(one.has_metal, style),
                tick(True, style),
                tick(True, style),
                tick(False, style),
                Cell("Windows | Linux", ("systems",)),
            ]
        )
    heading = "Platform summary" if style.is_2024 else "Instance family summary"
    return Section(f"{name}_summary", heading, [Table(header, rows)], notes=list(notes))


def _others(name: str, families: Sequence[Family]) -> list[Section]:
    """The tables that nobody reads here."""
    found = []
    for end, heading, columns, values in (
        ("hardware", "Performance specifications", ("Memory (GiB)", "vCPUs", "Accelerators"), ("16.00", "4", "✗ No")),
        ("network", "Network specifications", ("Baseline / Burst bandwidth (Gbps)", "EFA"), ("5.0 / 10.0", "✗ No")),
        ("storage-ebs", "Amazon EBS specifications", ("Baseline / Maximum IOPS", "NVMe"), ("6000.00", "✓ Yes")),
    ):
        rows: list[list[Cell]] = []
        for one in families:
            rows.append([_label(one)])
            for number, of_type in enumerate(one.types):
                mark = "" if number or end != "network" else " <sup>1</sup>"
                first = Cell(f"{one.name_of(of_type)}{mark}", ("type", one.name_of(of_type)))
                rows.append([first, *(Cell(value, ("other",)) for value in values)])
        found.append(Section(f"{name}_{end}", heading, [Table(_header("Instance type", *columns), rows)]))
    return found


def _instance_store(name: str, families: Sequence[Family], style: Style) -> Section:
    header = _header(
        "Instance type",
        "Instance store volumes",
        "Instance store type",
        "100% random read IOPS / Write IOPS",
        "Needs initialization <sup>1</sup>",
        "TRIM support <sup>2</sup>",
    )
    rows: list[list[Cell]] = []
    for one in families:
        if any(of_type.groups for of_type in one.types):
            rows.append([_label(one)])
        for of_type in one.types:
            if of_type.groups:
                is_nvme = "NVMe" in of_type.kind
                rows.append(
                    [
                        _name(one, of_type, style),
                        volumes_cell(of_type.groups, style),
                        Cell(of_type.kind, ("kind", of_type.kind[-3:].lower(), is_nvme)),
                        Cell("30,000 / 15,000" if is_nvme else "", ("iops",)),
                        Cell("&nbsp;", ("empty",)) if is_nvme else tick(True, style),
                        tick(True, style) if is_nvme else Cell("&nbsp;", ("empty",)),
                    ]
                )
    notes = ["<sup>1</sup> The first write takes longer.", "<sup>2</sup> Freed blocks are told to the disk."]
    before = ["IOPS are those of all disks of a type together."]
    return Section(f"{name}_instance-store", "Instance store specifications", [Table(header, rows)], before, notes)


def _security(name: str, families: Sequence[Family], style: Style) -> Section:
    header = _header(
        "Instance type",
        "EBS encryption",
        "Instance store encryption",
        "Encryption in transit",
        "AMD SEV-SNP",
        "NitroTPM",
        "Nitro Enclaves",
    )
    rows: list[list[Cell]] = []
    for one in families:
        rows.append([_label(one)])
        for of_type in one.types:
            has_disks = bool(of_type.groups)
            none = Cell(_paragraph("Instance store not supported", style), ("none",))
            rows.append(
                [
                    _name(one, of_type, style),
                    tick(True, style),
                    tick(of_type.is_encrypted, style) if has_disks else none,
                    tick("Nitro" in one.hypervisor, style),
                    tick(False, style),
                    tick(False, style),
                    tick("Nitro" in one.hypervisor, style),
                ]
            )
    return Section(f"{name}_security", "Security specifications", [Table(header, rows)])


def nitro_model(virtualized: Tabs = VIRTUALIZED, bare_metal: Tabs = BARE_METAL) -> PageModel:
    """The model of the Nitro page; the arguments are those of `nitro_page`."""
    requirements = (
        '<awsdocs-tabs><dl style="display: none">\n<dt>Linux</dt><dd tab-id="linux"><p>A recent kernel.</p></dd></dl>'
        "</awsdocs-tabs>"
    )
    sections = [
        Section("nitro-components", "Nitro components", before=["Cards, a chip and a hypervisor."]),
        Section("nitro-instance-types", "Virtualized instances", body=tabs_html(virtualized)),
        Section("nitro-bare-metal", "Bare metal instances", body=tabs_html(bare_metal)),
        Section("nitro-requirements", "Nitro instance requirements", body=requirements),
    ]
    title = "Instances built on the AWS Nitro System"
    return PageModel("ec2-nitro-instances.html", title, "ec2-nitro-instances", sections)


def tabs_html(tabs: Tabs) -> str:
    """Tabs with a list of families per category."""
    html = []
    for version, categories in tabs.items():
        lists = {category: " | ".join(_as_written(name) for name in names) for category, names in categories.items()}
        items = "".join(
            f'<li class="listitem">\n  <p><b>{category}</b>: {names}</p>\n</li>' for category, names in lists.items()
        )
        listed = f'<div class="itemizedlist"><ul class="itemizedlist">{items}</ul></div>'
        html.append(f'<dt>Nitro v{version}</dt><dd tab-id="nitro_v{version}">\n{listed}</dd>')
    return f'<awsdocs-tabs><dl style="display: none">\n{"".join(html)}</dl></awsdocs-tabs>'


def _as_written(name: str) -> str:
    return f'<code class="code">{name}</code>' if "." in name else name


def former_page(rows: Sequence[tuple[str, str, str]] = FORMER_2021, categories: Sequence[str] = ()) -> bytes:
    """The page of instance stores in the user guide.

    Args:
        rows: Its rows; type, disks, kind.
        categories: With none, one table (2018 to 2021); else a table per category ("gp"), each with a part of the rows.
    """
    return render(former_model(rows, categories))


def former_model(rows: Sequence[tuple[str, str, str]] = FORMER_2021, categories: Sequence[str] = ()) -> PageModel:
    """The model of the former page; the arguments are those of `former_page`."""
    names = ("Instance type", "Instance store volumes", "Type", "Needs initialization*", "TRIM support**")

    def table(part: Sequence[tuple[str, str, str]]) -> Table:
        header = [Cell(name, ("column", name.rstrip("*").lower())) for name in names]
        return Table(header, [_former_row(*row) for row in part])

    sections = [Section("instance-store-lifetime", "Lifetime", before=["Until the type is stopped."])]
    if categories:
        parts = {category: rows[number :: len(categories)] for number, category in enumerate(categories)}
        sections += [
            Section(f"instance-store-vol-{category}", category.upper(), [table(part)])
            for category, part in parts.items()
        ]
    else:
        sections.append(Section("instance-store-volumes", "Instance store volumes", [table(rows)]))
    return PageModel(
        "InstanceStorage.html",
        "Amazon EC2 instance store",
        "InstanceStorage",
        sections,
        product="Amazon Elastic Compute Cloud",
        heading_tag="h3" if categories else "h2",
    )


def _former_row(name: str, disks: str, kind: str) -> list[Cell]:
    count, size = re.findall(r"[0-9,]+", disks)[:2]
    return [
        Cell(name, ("type", name)),
        Cell(f"<p>{disks}</p>", ("volumes", ((int(count), int(size.replace(",", ""))),))),
        Cell(kind, ("kind", kind[-3:].lower(), kind.startswith("NVMe"))),
        Cell("", ("empty",)),
        Cell("✔", ("tick", True)),
    ]
