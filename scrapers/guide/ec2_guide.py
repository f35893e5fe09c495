"""EC2's instance types guide: local disks of each type, whether they are encrypted, and the hypervisor.

A page says nothing in one place only, and its tables must agree:

- *sizes*: the types of each family;
- *summary*: the hypervisor of each family, for all its types but those called metal;
- *security*: for each type whether its local disks are encrypted, or the words that it has none;
- *instance-store*: the disks of each type that has some.

A type without local disks has no row in the last one. That alone says nothing: `has_instance_store` is false only where
the security table says so in words, and every other combination is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from kb.dataset.log_specs import EC2_GUIDE, GUIDE_FACTS, PRESENCE
from scrapers import clock
from scrapers.base import Document, Reading, Remark, Request, Rows, Scraper, ignore
from scrapers.guide.specifications import FORMER_PAGE, facts_of_former_page, facts_of_page
from scrapers.reading.html import fail
from scrapers.wanted import only_wanted

SITE = "https://docs.aws.amazon.com/ec2/latest/instancetypes"
ORIGIN = "EC2 instance types guide"

#: The pages, and what their titles say.
PAGES: Mapping[str, str] = {
    "gp": "general purpose",
    "co": "compute optimized",
    "mo": "memory optimized",
    "so": "storage optimized",
    "ac": "accelerated computing",
    "hpc": "high performance computing",
    "pg": "previous generation",
}


class Ec2Guide(Scraper):
    """Storage and hypervisor of EC2 types, as the guide documents them."""

    title = "EC2 instance types guide: local disks, their encryption, and the hypervisor, as documented"
    log = EC2_GUIDE
    needs = "internet"
    is_live = True

    def fetch(self, request: Request) -> Iterator[Reading]:
        """Read the seven pages; where one cannot be read, nothing is.

        Raises:
            ScrapeError: A page cannot be read.
        """
        yield read_pages(request, [f"{page}.html" for page in PAGES])

    def parse(self, document: Document, remark: Remark = ignore) -> Rows:
        """Rows (ec2_type, fact) of one page: of this guide, or of the user guide's page that came before it.

        Raises:
            ScrapeError: Another page, damaged, or in another form; a cell in no known form; tables that disagree.
        """
        if document.name == FORMER_PAGE:
            facts = facts_of_former_page(document, remark)
        else:
            page = document.name.removesuffix(".html")
            if page not in PAGES:
                fail(document.name, f"not one of the pages {', '.join(PAGES)}")
            facts = facts_of_page(document, page, PAGES[page], remark)
        rows: Rows = {(name, PRESENCE): "true" for name in facts}
        return rows | {(name, fact): of_type.get(fact, "") for name, of_type in facts.items() for fact in GUIDE_FACTS}

    def merge(self, parsed: Mapping[str, Rows], state: Rows, remark: Remark = ignore) -> Rows:
        """Put the pages together.

        Raises:
            ScrapeError: A type is on two pages, which say different things.
        """
        del state, remark
        merged: Rows = {}
        for name, rows in parsed.items():
            for key, value in rows.items():
                if merged.setdefault(key, value) != value:
                    fail(name, f"{key[0]}: {key[1]} is {value!r} here and {merged[key]!r} on another page")
        return merged

    def selector(self, data_dir: Path) -> Callable[[Rows], Rows]:
        """Only EC2 types whose `ml.` name one of the listing logs has ever had."""
        return only_wanted(data_dir)


def read_pages(request: Request, names: list[str]) -> Reading:
    """Read pages of the guide, all or none.

    Raises:
        ScrapeError: A page cannot be read.
    """
    from scrapers.reading.http import client

    documents = []
    with client(request) as http:
        for name in names:
            request.progress(name)
            page = http.get(f"{SITE}/{name}", content_types=("text/html",))
            documents.append(Document(name, page.content, page.url))
    return Reading(ORIGIN, clock.today(), tuple(documents))
