"""Instance types per Region and component, from AWS's public price list of SageMaker (no credentials needed).

A region index names the current offer file of each Region. The Regions in China have a price list of their own, which
is read only when one of them is asked for by name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kb.dataset.files import scratch
from kb.dataset.log_specs import PRICE_LIST, Key
from kb.errors import need
from scrapers import clock
from scrapers.base import (
    EVERYTHING_ELSE,
    Document,
    Reading,
    Remark,
    Request,
    Rows,
    ScrapeError,
    Scraper,
    Unreachable,
    ignore,
)
from scrapers.prices.offer import FORMAT_VERSION, OFFER_CODE, Product, products
from scrapers.prices.words import ANY, REMEDY, Finding, judge, prefix
from scrapers.reading import http, jsontree

if TYPE_CHECKING:
    from scrapers.reading.http_client import Client

ORIGIN = "AWS Price List"
#: Site and path of the region index, for the Regions of China and for all others.
INDEX = ("https://pricing.us-east-1.amazonaws.com", f"/offers/v1.0/aws/{OFFER_CODE}/current/region_index.json")
CHINA_INDEX = ("https://pricing.cn-north-1.amazonaws.com.cn", f"/offers/v1.0/cn/{OFFER_CODE}/current/region_index.json")

FAMILY = "ML Instance"
MAX_BYTES = 500_000_000
#: More than this share of the instance products not understood: the list has another structure than the known one.
MAX_NOT_UNDERSTOOD = 0.05

_JSON = ("application/json", "application/octet-stream", "binary/octet-stream")
_INDEX_NAME = "region_index.json"
_MAX_UNREACHABLE = 2
_MAX_REMARKS = 20
# Tells a Region from a zone (us-west-2-lax-1) and from anything else. No fact is taken from it.
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]+")
_ZONE = re.compile(rf"{_REGION.pattern}-[a-z0-9]+(?:-[a-z0-9]+)*")
_IN_REGION = "AWS Region"
_ELSEWHERE = frozenset({"AWS Local Zone", "AWS Outposts", "AWS Wavelength Zone"})
_ML_USAGE = re.compile(r"[:-]ml\.")


class PriceList(Scraper):
    """Instance types per Region and component, as priced."""

    title = "Price list: which instance types are sold in which Region, per component (AWS Price List)"
    log = PRICE_LIST
    needs = "internet"
    is_live = True

    def fetch(self, request: Request) -> Iterator[Reading]:
        """Read the region index and each Region's offer file; the files are there until the generator goes on.

        A Region whose file cannot be read is left out, with the reason in `failures`. Any Region without a document
        is unread, so what the log says about it stays: also one that the index no longer names.

        Raises:
            Unreachable: There is no way to the price list from here.
            ScrapeError: The index cannot be read or has another form, or no Region's file can be read.
        """
        need("ijson", "scrape", "Reading the price list")
        with http.client(request) as web, scratch() as folder:
            run = _Run(web, request, folder)
            run.read_all()
            if not run.documents:
                raise run.errors[0]
            yield Reading(
                ORIGIN,
                clock.today(),
                (*run.documents, *run.indexes),
                frozenset({EVERYTHING_ELSE, *run.unread}),
                tuple(run.failures),
            )

    def parse(self, document: Document, remark: Remark = ignore) -> Rows:
        """Rows (component, region, instance_type) of one Region's offer file; none of an index.

        The value is `true`, or empty where a product may be of this type and component (`*`: any) and is not
        understood: that is no fact, and no sign either that the type is gone; see `merge`.

        Raises:
            ScrapeError: The file is damaged or of another structure, a product is another Region's or contradicts
                itself, or more than a few products are not understood.
            MissingExtraError: ijson is not installed.
        """
        if document.name.endswith(_INDEX_NAME):
            _regions(document)
            return {}
        region = document.name.removesuffix(".json")
        if not _REGION.fullmatch(region):
            raise ScrapeError(document.name, "not named after a Region", "Name it us-east-1.json, for one.")
        offer = _Offer(document.name, region)
        for product in products(document, remark):
            offer.take(product)
        return offer.rows(remark)

    def merge(self, parsed: Mapping[str, Rows], state: Rows, remark: Remark = ignore) -> Rows:
        """The rows of all Regions; what is not clear in a document stays as the log has it."""
        merged = super().merge(parsed, state, remark)
        unclear = {key for key, value in merged.items() if not value}
        kept = {key: value for key, value in state.items() if value == "true" and unclear & {key, (ANY, *key[1:])}}
        return {key: value for key, value in merged.items() if value} | kept

    def part(self, key: Key) -> str:
        """The Region."""
        return key[1]

    def rows_seen(self, rows: Rows) -> int:
        """How many types the file showed, over all components."""
        return sum(1 for value in rows.values() if value)


@dataclass
class _Run:
    """One reading of the price list."""

    web: Client
    request: Request
    folder: Path
    documents: list[Document] = field(default_factory=list)
    indexes: list[Document] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    errors: list[ScrapeError] = field(default_factory=list)
    _unreachable: int = 0

    def read_all(self) -> None:
        """Read all Regions that were asked for, of both price lists."""
        asked = dict.fromkeys(self.request.regions)
        china = [region for region in asked if region.startswith("cn-")]
        others = [region for region in asked if not region.startswith("cn-")]
        if others or not asked:
            self._read_site(*INDEX, others, "")
        if china:
            self._read_site(*CHINA_INDEX, china, "cn/")

    def _read_site(self, site: str, path: str, asked: list[str], folder: str) -> None:
        try:
            page = self.web.get(site + path, content_types=_JSON)
            index = Document(folder + _INDEX_NAME, page.content, page.url)
            paths, others = _regions(index)
        except ScrapeError as error:
            self._fail(asked, f"region index: {error}", error)
            return
        self.indexes.append(index)
        self.failures += [f"{name}: neither a Region nor a zone of one, so it is not read" for name in others]
        for number, region in enumerate(asked or paths, start=1):
            if region not in paths:
                unknown = ScrapeError(region, "not in the region index of the price list", "Check the name.")
                self._fail([region], str(unknown), unknown)
            elif self._unreachable >= _MAX_UNREACHABLE:
                self._fail([region], f"{region}: not asked for, because the price list is out of reach")
            else:
                self.request.progress(f"{ORIGIN}: {region} ({number} of {len(asked or paths)})")
                self._read_region(region, site + paths[region])

    def _read_region(self, region: str, url: str) -> None:
        target = self.folder / f"{region}.json"
        try:
            page = self.web.download(url, target, content_types=_JSON, max_bytes=MAX_BYTES)
        except ScrapeError as error:
            self._unreachable += isinstance(error, Unreachable)
            self._fail([region], f"{region}: {error}", error)
            return
        self._unreachable = 0
        self.documents.append(Document(target.name, b"", page.url, file=target))

    def _fail(self, regions: list[str], sentence: str, error: ScrapeError | None = None) -> None:
        self.unread += regions
        self.failures.append(sentence)
        self.errors += [error] if error is not None else []


def _regions(index: Document) -> tuple[dict[str, str], list[str]]:
    """Path of the current offer file of each Region in a region index.

    Returns:
        The paths; and the names that are neither a Region nor a zone of one (us-west-2-lax-1, passed over).

    Raises:
        ScrapeError: Not an index of the known form.
    """
    root = jsontree.load(index)
    root["formatVersion"].one_of(FORMAT_VERSION)
    paths, others = {}, []
    for name, node in root["regions"].members():
        if node["regionCode"].text() != name:
            node["regionCode"].fail(f"{name!r} expected")
        path = node["currentVersionUrl"].text()
        if not re.fullmatch(rf"/offers/v1\.0/(?:aws|cn)/{OFFER_CODE}/[0-9]+/{re.escape(name)}/index\.json", path):
            node["currentVersionUrl"].fail(f"not the path of an offer file of this Region: {path!r}")
        if _REGION.fullmatch(name):
            paths[name] = path
        elif not _ZONE.fullmatch(name):
            others.append(name)
    if not paths:
        root["regions"].fail("no Region")
    return paths, others


@dataclass
class _Offer:
    """What the products of one Region's offer file say together."""

    document: str
    region: str
    instances: int = 0
    not_understood: int = 0
    _rows: Rows = field(default_factory=dict)
    _prefixes: set[str] = field(default_factory=set)
    _homeless: list[tuple[str, str, Finding]] = field(default_factory=list)
    _problems: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def take(self, product: Product) -> None:
        """Take in one product.

        Raises:
            ScrapeError: It is another Region's or another service's, or contradicts itself.
        """
        where = f"{self.document} at $.products.{product.sku}"
        usagetype = product.attributes.get("usagetype", "")
        is_instance = product.family == FAMILY
        self.instances += is_instance
        kind, code = self._place(product.attributes, where)
        if not (is_instance or _ML_USAGE.search(usagetype)):
            return
        label = f"sku {product.sku}, usagetype {usagetype}"
        try:
            finding = judge(product.attributes, where)
        except ScrapeError:
            if is_instance:
                raise
            finding = Finding()
        if not is_instance:
            problem = f"product family {product.family!r} with an instance type"
            self._leave(finding, problem, label, is_understood=not finding.is_fact)
        elif kind in _ELSEWHERE:
            if code == self.region or not _ZONE.fullmatch(code):
                self._leave(finding, "", label, is_understood=True)
        elif (kind, code) != (_IN_REGION, self.region):
            self._leave(finding, f"locationType {kind!r} and regionCode {code!r}", label)
        elif not finding.is_fact:
            self._leave(finding, finding.problem, label, is_understood=finding.is_understood)
        elif product.attributes.get("regionCode"):
            self._prefixes.add(prefix(usagetype))
            self._rows[self._key(finding)] = "true"
        else:
            self._homeless.append((prefix(usagetype), label, finding))

    def rows(self, remark: Remark) -> Rows:
        """The rows of the file.

        Raises:
            ScrapeError: There are none, or too much is not understood.
        """
        for start, label, finding in self._homeless:
            if start in self._prefixes:
                self._rows[self._key(finding)] = "true"
            else:
                self._leave(finding, f"no regionCode and usagetypes of a Region {start!r}", label)
        if not self.instances:
            raise ScrapeError(f"{self.document} at $.products", f"no product of the family {FAMILY!r}", REMEDY)
        listed = [
            f"{problem} ({'1 product' if len(labels) == 1 else f'{len(labels)} products, the first'}: {labels[0]})"
            for problem, labels in self._problems.items()
        ]
        if self.not_understood > self.instances * MAX_NOT_UNDERSTOOD:
            raise ScrapeError(
                f"{self.document} at $.products",
                f"{self.not_understood} of {self.instances} instance products are not understood: "
                f"{'; '.join(listed[:3])}",
                REMEDY,
            )
        for sentence in listed[:_MAX_REMARKS]:
            remark(f"{self.document}: {sentence}: left out.")
        if len(listed) > _MAX_REMARKS:
            remark(f"{self.document}: {len(listed) - _MAX_REMARKS} more things that are not understood.")
        if not any(self._rows.values()):
            raise ScrapeError(f"{self.document} at $.products", "no instance type of a known component", REMEDY)
        return self._rows

    def _place(self, attributes: Mapping[str, str], where: str) -> tuple[str, str]:
        """Kind of place, and the code of it; this Region's where none is given."""
        service = attributes.get("servicecode", OFFER_CODE)
        if service != OFFER_CODE:
            raise ScrapeError(where, f"servicecode {OFFER_CODE!r} expected, found {service!r}", REMEDY)
        kind, code = attributes.get("locationType", ""), attributes.get("regionCode") or self.region
        if kind not in _ELSEWHERE and code != self.region and _REGION.fullmatch(code):
            raise ScrapeError(where, f"a product of the Region {code}", REMEDY)
        return kind, code

    def _leave(self, finding: Finding, problem: str, label: str, *, is_understood: bool = False) -> None:
        """Leave a product out; what it may have said is not clear."""
        if finding.instance_type:
            self._rows.setdefault(self._key(finding), "")
        if problem:
            self._problems[problem].append(label)
        self.not_understood += not is_understood

    def _key(self, finding: Finding) -> Key:
        return finding.component, self.region, finding.instance_type
