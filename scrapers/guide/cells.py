"""What one cell of the guide says: a type, disks, a yes or no, a hypervisor."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from scrapers.guide.tables import Cell
from scrapers.reading.html import fail, refuse
from scrapers.reading.jsontree import plain

_GB_PER_TB = 1000

_FAMILY = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
_SIZE = r"(?:nano|micro|small|medium|large|[0-9]*xlarge|metal(?:-[0-9]+xl)?)"
_TYPE = re.compile(rf"{_FAMILY}\.{_SIZE}")
_FAMILY_NAME = re.compile(_FAMILY, re.IGNORECASE)

_WHOLE = r"(?:0|[1-9][0-9]*)"
#: A point comes with TB only, and with at most two digits: "2.000" may be two, or two thousand.
_NUMBER = rf"(?:{_WHOLE}|[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+)"
_SIZED = rf"({_NUMBER}(?= ?GB)|{_NUMBER}(?:\.[0-9]{{1,2}})?(?= ?TB)) ?(GB|TB)"
_GROUP = re.compile(rf"({_WHOLE}) ?[x\u00d7] ?{_SIZED}(?: ?\({_SIZED}\))?")
_GROUPS = re.compile(rf"{_GROUP.pattern}(?: ?(?:\+|,|;|&|\band\b) ?{_GROUP.pattern})*")
_KINDS = {
    "NVMe SSD": ("ssd", True),
    "NVMe HDD": ("hdd", True),
    "SSD": ("ssd", False),
    "HDD": ("hdd", False),
}
_YES = frozenset({"✓", "✔", "✓ Yes", "✔ Yes"})
_NO = frozenset({"✗", "✘", "✗ No", "✘ No"})
NOT_SUPPORTED = "Instance store not supported"
_HYPERVISOR = re.compile(r"Xen|Nitro(?: v([1-9][0-9]?))?")


@dataclass(frozen=True)
class Disks:
    """Groups of equal disks.

    Attributes:
        groups: Number, size in GB, and "ssd" or "hdd" of each.
        is_nvme: Whether the page calls them NVMe; None where it does so for some of them only.
    """

    groups: tuple[tuple[int, int, str], ...]
    is_nvme: bool | None

    @property
    def gb(self) -> str:
        """Size of all together in GB."""
        return str(sum(count * size for count, size, _ in self.groups))

    @property
    def words(self) -> str:
        """The groups as in the logs of the EC2 API ("2x900 ssd + 1x75 ssd")."""
        return " + ".join(f"{count}x{size} {kind}" for count, size, kind in self.groups)


@dataclass(frozen=True)
class Hypervisor:
    """What the summary says of a family.

    Attributes:
        name: "nitro" or "xen".
        nitro_version: The number as text; empty where the page does not say.
        mark: The footnote mark that qualifies it; empty where there is none.
    """

    name: str
    nitro_version: str
    mark: str


def ec2_type(cell: Cell) -> str:
    """The name of an EC2 type; a footnote mark beside it is left out.

    Raises:
        ScrapeError: Not in the known form.
    """
    return _known_type(cell.text.plain, cell.where)


def type_list(cell: Cell) -> list[str]:
    """The names of EC2 types in a cell, with bars or line ends between them.

    Raises:
        ScrapeError: Not in the known form.
    """
    names = [name.strip() for line in cell.text.lines for name in line.strip("| ").split("|")]
    return [_known_type(name, cell.where) for name in names] or fail(cell.where, "no EC2 type")


def _known_type(name: str, where: str) -> str:
    return name if is_type(name) else fail(where, f"{name!r} is not an EC2 type in a known form")


def is_type(name: str) -> bool:
    """Whether a word has the form of an EC2 type."""
    return _TYPE.fullmatch(name) is not None


def is_family(name: str) -> bool:
    """Whether a word has the form of a family ("M5d", "U-3tb1"): every family has a number."""
    return _FAMILY_NAME.fullmatch(name) is not None and any(letter.isdigit() for letter in name)


def family(cell: Cell) -> str:
    """The name of a family as the page writes it ("M5d").

    Raises:
        ScrapeError: Not in the known form.
    """
    text = cell.text.plain
    return text if is_family(text) else fail(cell.where, f"{text!r} is not a family in a known form")


def is_called_metal(name: str) -> bool:
    """Whether the page calls a type bare metal, in the size of its name."""
    return name.partition(".")[2].startswith("metal")


def disks(volumes: Cell, kind: Cell) -> Disks:
    """The disks of a type.

    Args:
        volumes: "1 x 75 GB", "4 x 420 GB (1,680 GB)", "4 x 1 TB (4 TB)"; several groups on lines of their own or with a
            sign between them. A TB has 1000 GB.
        kind: "NVMe SSD", "SSD", "HDD" or "NVMe HDD": one for all, or a line per group.

    Raises:
        ScrapeError: Not in the known form, nothing of something, not a whole number of GB, or a total that differs.
    """
    sizes = _volumes(volumes)
    said = kind.text
    words = said.lines * (len(sizes) if len(said.lines) == 1 else 1)
    refuse(
        kind.where,
        (said.marks, f"a footnote mark beside {said.plain!r}"),
        (
            len(words) != len(sizes) or not _KINDS.keys() >= set(words),
            f"{' / '.join(said.lines)!r} is not a known kind of disk (groups of disks: {len(sizes)})",
        ),
    )
    kinds = [_KINDS[word] for word in words]
    nvme = {is_nvme for _, is_nvme in kinds}
    groups = tuple((count, size, name) for (count, size), (name, _) in zip(sizes, kinds, strict=True))
    return Disks(groups, nvme.pop() if len(nvme) == 1 else None)


def _volumes(cell: Cell) -> list[tuple[int, int]]:
    """Number and size in GB of each group."""
    found: list[tuple[int, int]] = []
    for line in cell.text.lines:
        if not _GROUPS.fullmatch(line):
            fail(cell.where, f"{line!r} is not in a known form of disks")
        for match in _GROUP.finditer(line):
            count, size = int(match[1]), _gigabytes(match[2], match[3], cell.where)
            if not count or not size:
                fail(cell.where, f"{match[0]!r} is nothing")
            found.append((count, size))
            if match[4] is not None:
                _check_total(found, match[4], match[5], cell.where)
    return found or fail(cell.where, "no disks in the cell")


def _gigabytes(number: str, unit: str, where: str) -> int:
    size = Decimal(number.replace(",", "")) * (_GB_PER_TB if unit == "TB" else 1)
    if size != size.to_integral_value():
        fail(where, f"{number} {unit} is not a whole number of GB")
    return int(size)


def _check_total(groups: list[tuple[int, int]], number: str, unit: str, where: str) -> None:
    """The total in brackets must be that of the last group, or that of all so far.

    A page of 2021 cuts totals in TB off after one decimal (4 x 420 GB as 1.6 TB).
    """
    stated = Decimal(number.replace(",", ""))
    for total in (groups[-1][0] * groups[-1][1], sum(count * size for count, size in groups)):
        exact = Decimal(total) / (_GB_PER_TB if unit == "TB" else 1)
        if stated == exact or ("." in number and stated == exact.quantize(stated, ROUND_DOWN)):
            return
    added = groups[-1][0] * groups[-1][1]
    fail(where, f"the disks add up to {plain(Decimal(added))} GB, the cell says {number} {unit}")


def yes_or_no(cell: Cell) -> bool:
    """A tick or a cross, with or without its word; a footnote mark beside it is left out.

    Raises:
        ScrapeError: Something else.
    """
    text = cell.text.plain
    if text not in _YES | _NO:
        fail(cell.where, f"{text!r} is neither a tick nor a cross")
    return text in _YES


def instance_store_encryption(cell: Cell) -> bool | None:
    """Whether the local disks are encrypted; None where there are none.

    Raises:
        ScrapeError: Neither a tick, nor a cross, nor the words for no local disks.
    """
    return None if cell.text.plain == NOT_SUPPORTED else yes_or_no(cell)


def hypervisor(cell: Cell, marks: tuple[str, ...] = ()) -> Hypervisor:
    """The hypervisor of a family.

    Args:
        cell: What the summary says.
        marks: Footnote marks beside the name of the family, which qualify it as much as those in the cell.

    Raises:
        ScrapeError: Not in the known form.
    """
    text = cell.text.plain
    match = _HYPERVISOR.fullmatch(text) or fail(cell.where, f"{text!r} is not a known hypervisor")
    return Hypervisor(match[0].partition(" ")[0].casefold(), match[1] or "", "".join((*cell.text.marks, *marks)))
