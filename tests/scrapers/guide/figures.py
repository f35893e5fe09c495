"""What the pages of the tests list: families, types and disks, with real figures.

Figures are those of DescribeInstanceTypes (a test compares them with the packaged capture), hypervisors and versions
those of the guide, and the rows of the former page those of 2021.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Number and size in GB of each group of disks.
Groups = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Type:
    """One size of a family.

    Attributes:
        size: "large".
        groups: Its local disks; none when empty.
        kind: What the page calls them.
        is_encrypted: Whether the security table has a tick for them.
    """

    size: str
    groups: Groups = ()
    kind: str = "NVMe SSD"
    is_encrypted: bool = True


@dataclass(frozen=True)
class Family:
    """A family.

    Attributes:
        label: As the page writes it: "M5d".
        hypervisor: As the page writes it: "Nitro v2", "Xen", "Xen *".
        types: Its sizes.
        has_metal: What the summary says about metal instances.
    """

    label: str
    hypervisor: str
    types: tuple[Type, ...]
    has_metal: bool = False

    def name_of(self, of_type: Type) -> str:
        """The EC2 type."""
        return f"{self.label.lower()}.{of_type.size}"


def family(label: str, hypervisor: str, sizes: str, *, kind: str = "NVMe SSD", is_encrypted: bool = True) -> Family:
    """A family from words: `sizes` is "large:1x75 xlarge:2x900+1x75" or, without disks, "large xlarge"."""
    types = []
    for word in sizes.split():
        size, _, disks = word.partition(":")
        groups = tuple((int(count), int(gb)) for count, gb in re.findall(r"(\d+)x(\d+)", disks))
        types.append(Type(size, groups, kind, is_encrypted))
    return Family(label, hypervisor, tuple(types), has_metal="metal" in sizes)


#: The families of each page. Figures: DescribeInstanceTypes; hypervisors: the guide.
GUIDE: Mapping[str, tuple[Family, ...]] = {
    "gp": (
        family("M5", "Nitro v2", "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge metal"),
        family(
            "M5d",
            "Nitro v2",
            "large:1x75 xlarge:1x150 2xlarge:1x300 4xlarge:2x300 8xlarge:2x600 12xlarge:2x900 16xlarge:4x600 "
            "24xlarge:4x900 metal:4x900",
        ),
        family(
            "M6gd",
            "Nitro v2",
            "medium:1x59 large:1x118 xlarge:1x237 2xlarge:1x474 4xlarge:1x950 8xlarge:1x1900 12xlarge:2x1425 "
            "16xlarge:2x1900 metal:2x1900",
        ),
        family("M7i-flex", "Nitro v4", "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge"),
        family("T2", "Xen", "nano micro small medium large xlarge 2xlarge"),
        family("T3", "Nitro v2", "nano micro small medium large xlarge 2xlarge"),
    ),
    "co": (
        family("C5", "Nitro v2", "large xlarge 2xlarge 4xlarge 9xlarge 12xlarge 18xlarge 24xlarge metal"),
        family(
            "C5d",
            "Nitro v2",
            "large:1x50 xlarge:1x100 2xlarge:1x200 4xlarge:1x400 9xlarge:1x900 12xlarge:2x900 18xlarge:2x900 "
            "24xlarge:4x900 metal:4x900",
        ),
    ),
    "mo": (
        family("R5", "Nitro v2", "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge metal"),
        family("U-6tb1", "Nitro v3", "56xlarge 112xlarge metal"),
        family(
            "X1e",
            "Xen",
            "xlarge:1x120 2xlarge:1x240 4xlarge:1x480 8xlarge:1x960 16xlarge:1x1920 32xlarge:2x1920",
            kind="SSD",
            is_encrypted=False,
        ),
        family(
            "X2iedn",
            "Nitro v4",
            "xlarge:1x118 2xlarge:1x237 4xlarge:1x475 8xlarge:1x950 16xlarge:1x1900 24xlarge:2x1425 32xlarge:2x1900 "
            "metal:2x1900",
        ),
    ),
    "so": (
        family(
            "D2", "Xen", "xlarge:3x2048 2xlarge:6x2048 4xlarge:12x2048 8xlarge:24x2048", kind="HDD", is_encrypted=False
        ),
        family("D3", "Nitro v3", "xlarge:3x1980 2xlarge:6x1980 4xlarge:12x1980 8xlarge:24x1980", kind="NVMe HDD"),
        family("H1", "Xen", "2xlarge:1x2000 4xlarge:2x2000 8xlarge:4x2000 16xlarge:8x2000", kind="HDD"),
        family(
            "I3",
            "Xen *",
            "large:1x475 xlarge:1x950 2xlarge:1x1900 4xlarge:2x1900 8xlarge:4x1900 16xlarge:8x1900 metal:8x1900",
        ),
        family(
            "I3en",
            "Nitro v3",
            "large:1x1250 xlarge:1x2500 2xlarge:2x2500 3xlarge:1x7500 6xlarge:2x7500 12xlarge:4x7500 24xlarge:8x7500 "
            "metal:8x7500",
        ),
    ),
    "ac": (
        family("DL1", "Nitro v3", "24xlarge:4x1000"),
        family(
            "G4dn",
            "Nitro v3",
            "xlarge:1x125 2xlarge:1x225 4xlarge:1x225 8xlarge:1x900 12xlarge:1x900 16xlarge:1x900 metal:2x900",
        ),
        family(
            "G5",
            "Nitro v3",
            "xlarge:1x250 2xlarge:1x450 4xlarge:1x600 8xlarge:1x900 12xlarge:1x3800 16xlarge:1x1900 24xlarge:1x3800 "
            "48xlarge:2x3800",
        ),
        family(
            "G6e",
            "Nitro v4",
            "xlarge:1x250 2xlarge:1x450 4xlarge:1x600 8xlarge:2x450 12xlarge:2x1900 16xlarge:2x950 24xlarge:2x1900 "
            "48xlarge:4x1900",
        ),
        family("Inf1", "Nitro v3", "xlarge 2xlarge 6xlarge 24xlarge"),
        family("P4d", "Nitro v3", "24xlarge:8x1000"),
        family("P5", "Nitro v4", "4xlarge:1x3800 48xlarge:8x3800"),
        family("P6e-GB200", "Nitro v5", "36xlarge:3x7500"),
        family("Trn1", "Nitro v4", "2xlarge:1x474 32xlarge:4x1900"),
        family("Trn2", "Nitro v5", "3xlarge:1x470 48xlarge:4x1900"),
    ),
    "hpc": (
        family("Hpc6id", "Nitro v4", "32xlarge:4x3800"),
        family("Hpc7a", "Nitro v4", "12xlarge 24xlarge 48xlarge 96xlarge"),
    ),
    "pg": (
        family("C1", "Xen", "medium:1x350 xlarge:4x420", kind="HDD", is_encrypted=False),
        family("C4", "Xen", "large xlarge 2xlarge 4xlarge 8xlarge"),
        family("M4", "Xen", "large xlarge 2xlarge 4xlarge 10xlarge 16xlarge"),
        family("P3", "Xen", "2xlarge 8xlarge 16xlarge"),
        family("P3dn", "Nitro v3", "24xlarge:2x900"),
    ),
}

#: Families by version and category: with virtualized types, and with bare metal ones.
Tabs = Mapping[int, Mapping[str, Sequence[str]]]
VIRTUALIZED: Tabs = {
    5: {"Accelerated Computing": ("P6e-GB200", "Trn2")},
    4: {
        "General Purpose": ("M7i-flex",),
        "Memory Optimized": ("X2iedn",),
        "Accelerated Computing": ("G6e", "P5", "Trn1"),
        "High Performance Computing": ("Hpc6id", "Hpc7a"),
    },
    3: {
        "Memory Optimized": ("U-6tb1",),
        "Storage Optimized": ("D3", "I3en"),
        "Accelerated Computing": ("DL1", "G4dn", "G5", "Inf1", "P4d", "P3dn.24xlarge"),
        "Previous Generation": ("P3dn.24xlarge",),
    },
    2: {
        "General Purpose": ("M5", "M5d", "M6gd", "T3"),
        "Compute Optimized": ("C5", "C5d"),
        "Memory Optimized": ("R5",),
    },
}
BARE_METAL: Tabs = {
    4: {"Memory Optimized": ("X2iedn",)},
    3: {"Memory Optimized": ("U-6tb1",), "Storage Optimized": ("I3en",), "Accelerated Computing": ("G4dn",)},
    2: {
        "General Purpose": ("M5", "M5d", "M6gd", "Mac1"),
        "Compute Optimized": ("C5", "C5d"),
        "Memory Optimized": ("R5",),
        "Storage Optimized": ("I3",),
    },
}


#: Rows of the former page: type, disks as they were written, kind. The figures are those of 2021.
FORMER_2021 = (
    ("c1.medium", "1 x 350 GB†", "HDD"),
    ("c1.xlarge", "4 x 420 GB (1.6 TB)", "HDD"),
    ("c5ad.16xlarge", "2 x 1,200 GB (2.4 TB)", "NVMe SSD"),
    ("c6gd.12xlarge", "2 x 1,425 GB (2.85 TB)", "NVMe SSD"),
    ("d2.xlarge", "3 x 2,000 GB (6 TB)", "HDD"),
    ("d3.8xlarge", "24 x 1,980 GB", "HDD"),
    ("i3en.6xlarge", "2 x 7,500 GB (15 TB)", "NVMe SSD"),
    ("m5d.4xlarge", "2 x 300 GB (600 GB)", "NVMe SSD"),
    ("p4d.24xlarge", "8 x 1,000 GB (8 TB)", "NVMe SSD"),
    ("x1.32xlarge", "2 x 1,920 GB (3.84 TB)", "SSD"),
)
