"""EC2 hardware facts, from the capture of DescribeInstanceTypes that moto ships.

The capture is one object: EC2 type -> DescribeInstanceTypes record, refreshed by moto's authors every few weeks from
the real API. It may lack a type that EC2 has (a Region that was not asked) and keeps none that EC2 retired.

From an installed package or a wheel, all facts are read. From git, only presence and the storage facts are: those
are in every capture since 2021-02-22, while the records of early captures lack many of the other members or carry
them only for some types, and a history made from them would show AWS changing hardware where only the capture grew.
Captures before that date have another structure, without any word on storage, and are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kb.dataset.log_specs import EC2_API_CAPTURE, OTHER_FACTS, PRESENCE, STORAGE_FACTS
from scrapers.base import Document, Reading, Remark, Request, Rows, Scraper, ignore
from scrapers.ec2.records import other_facts, storage_facts
from scrapers.reading import jsontree, packages
from scrapers.wanted import only_wanted

FIRST_CAPTURE_ON = date(2021, 2, 22)
STORAGE_PROFILE = "storage"
_CAPTURE = "moto/ec2/resources/instance_types.json"

PACKAGE = packages.Package(
    name="moto",
    module="moto",
    documents=((f"{_CAPTURE}.gz", _CAPTURE),),
    repository="https://github.com/getmoto/moto",
    profile=STORAGE_PROFILE,
    since=FIRST_CAPTURE_ON,
)


class Ec2ApiCapture(Scraper):
    """Hardware facts of EC2 types."""

    title = "Packaged EC2 DescribeInstanceTypes capture: storage and other hardware facts (moto)"
    log = EC2_API_CAPTURE

    def fetch(self, request: Request) -> Iterator[Reading]:
        """The installed or named moto, or every capture in a git history (storage facts only)."""
        return packages.read(PACKAGE, request)

    def parse(self, document: Document, remark: Remark = ignore) -> Rows:
        """Rows (ec2_type, fact) of every type in one capture; an empty value means that the record does not say.

        Raises:
            ScrapeError: Not JSON, no records, a record of another structure, an unknown word, disks that do not add
                up, or a fact that no record states (which would mean that its member was renamed).
        """
        capture = jsontree.load(document)
        is_full = document.profile != STORAGE_PROFILE
        rows: Rows = {}
        for ec2_type, record in capture.members():
            if record["InstanceType"].text() != ec2_type:
                record["InstanceType"].fail(f"the record of {ec2_type} says it is {record['InstanceType'].value}")
            facts = {PRESENCE: "true", **storage_facts(record), **(other_facts(record) if is_full else {})}
            rows.update({(ec2_type, fact): value for fact, value in facts.items()})
        if not rows:
            capture.fail("no records")
        if is_full:
            stated = {key[1] for key, value in rows.items() if value}
            silent = sorted({*STORAGE_FACTS, *OTHER_FACTS} - stated)
            if silent:
                capture.fail(f"no record states {', '.join(silent)}")
        return rows

    selector = staticmethod(only_wanted)
