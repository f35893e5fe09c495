"""Instance types per Region and component, from the lists that cfn-lint ships (made from the price list).

Four documents, one per component: an object whose members are Regions, each with an `enum` of `ml.` names, beside a
`description` text. The lists exist in cfn-lint's history since 2026-06-05.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from kb.dataset.log_specs import COMPONENTS, REGION_LISTS
from scrapers.base import Document, Reading, Remark, Request, Rows, ScrapeError, Scraper, ignore
from scrapers.reading import jsontree, packages

FIRST_LISTS_ON = date(2026, 6, 5)
_FOLDER = "cfnlint/data/schemas/extensions"
_PATH = re.compile(rf"{_FOLDER}/aws_sagemaker_([a-z]+)/instancetype_enum\.json")
# Tells a Region from other members, so that an unknown member is noticed. No fact is taken from it.
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]+")

PACKAGE = packages.Package(
    name="cfn-lint",
    module="cfnlint",
    documents=tuple((f"{_FOLDER}/aws_sagemaker_{name}/instancetype_enum.json",) for name in sorted(COMPONENTS)),
    repository="https://github.com/aws-cloudformation/cfn-lint",
    repository_prefix="src/",
    since=FIRST_LISTS_ON,
)


class RegionLists(Scraper):
    """Instance types per Region and component."""

    title = "Region lists: which instance types are sold in which Region, per component (cfn-lint)"
    log = REGION_LISTS

    def fetch(self, request: Request) -> Iterator[Reading]:
        """The installed or named cfn-lint, or every commit in a git history that touched a list."""
        return packages.read(PACKAGE, request)

    def parse(self, document: Document, remark: Remark = ignore) -> Rows:
        """Rows (component, region, instance_type) of one list.

        Raises:
            ScrapeError: Not JSON, a member that is neither a Region nor the description, a Region without types, or
                a name that does not start with `ml.`.
        """
        match = _PATH.fullmatch(document.name)
        if match is None or match[1] not in COMPONENTS:
            raise ScrapeError(
                document.name, "a list of an unknown component", "Add it to COMPONENTS in kb/dataset/log_specs.py."
            )
        rows: Rows = {}
        root = jsontree.load(document)
        for name, node in root.members():
            if name == "description":
                node.text()
                continue
            if not _REGION.fullmatch(name):
                node.fail("neither a Region nor the description")
            for member, content in node.members():
                if member != "enum":
                    content.fail("only an enum is known beside a Region")
            for value in node["enum"].texts():
                if not value.startswith("ml."):
                    node["enum"].fail(f"{value!r} does not start with ml.")
                rows[match[1], name, value] = "true"
        if not rows:
            root.fail("no Region in the list")
        return rows
