"""AWS as `kb refresh` sees it, on this machine: documentation, price list and APIs, with real figures."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from threading import Thread
from typing import Any

from kb.dataset.log_specs import REGION_LISTS
from kb.dataset.logs import read_log
from tests.scrapers.aws.fake import FakeAws
from tests.scrapers.builders import quota
from tests.scrapers.guide import figures
from tests.scrapers.guide.pages import all_pages
from tests.scrapers.prices import offers
from tests.scrapers.sentences import pages as sentences

REGIONS = ("eu-west-1", "us-east-1")
GUIDE_FOLDER = "/ec2/latest/instancetypes"
DOCUMENTATION = "https://docs.aws.amazon.com"


class Handler(BaseHTTPRequestHandler):
    """Serves the files of the site."""

    protocol_version = "HTTP/1.1"
    server: Site

    def do_GET(self) -> None:
        content = self.server.files.get(self.path)
        self.send_response(404 if content is None else 200)
        kind = "application/json" if self.path.endswith(".json") else "text/html; charset=utf-8"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Site(ThreadingHTTPServer):
    """Files by path."""

    daemon_threads = True

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@dataclass
class LiveWorld:
    """What AWS shows, and the two servers that show it.

    Attributes:
        site: Documentation and price list.
        aws: EC2 and Service Quotas.
        guide: Families of each page of the instance types guide.
        records: What DescribeInstanceTypes says, by EC2 type.
        listed: Types of the price list by Region and component.
        data: Data folder that says which sentences are watched.
        said: What watched sentences say instead of what they say by default.
    """

    site: Site
    aws: FakeAws
    guide: dict[str, tuple[figures.Family, ...]]
    records: dict[str, dict[str, Any]]
    listed: dict[str, dict[str, list[str]]]
    data: Path
    said: dict[str, str] = field(default_factory=dict)

    @property
    def options(self) -> list[str]:
        """Options of `kb refresh` that lead it here."""
        return [part for name in (DOCUMENTATION, offers.HOST) for part in ("--mirror", f"{name}={self.site.url}")]

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that do the same for the APIs."""
        keys = {"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "test"}
        return keys | {"AWS_ENDPOINT_URL": self.aws.url, "AWS_DEFAULT_REGION": "us-east-1"}

    def publish(self) -> None:
        """Let the servers show the present state."""
        guide = {f"{GUIDE_FOLDER}/{name}": content for name, content in all_pages(self.guide).items()}
        self.site.files = {**guide, **sentences.pages(self.said, data_dir=self.data), **offers.site(self.listed)}
        for region in REGIONS:
            described = list(self.records.values())
            offered = [
                {"InstanceType": one["InstanceType"], "LocationType": "region", "Location": region} for one in described
            ]
            quotas = [quota(region, f"{name} for endpoint usage") for name in self.listed[region]["hosting"][:5]]
            self.aws.regions[region] = {
                "InstanceTypes": described,
                "InstanceTypeOfferings": offered,
                "Quotas": quotas,
            }

    # -- what happens to it -----------------------------------------------------------------------------------------

    def add_size(self, like: str, size: str) -> str:
        """A new size of a family appears everywhere, twice as large as another one; returns its EC2 type."""
        family = like.partition(".")[0]
        name = f"{family}.{size}"
        record = copy.deepcopy(self.records[like])
        record["InstanceType"] = name
        info = record["InstanceStorageInfo"]
        info["TotalSizeInGB"] *= 2
        info["Disks"][0]["Count"] *= 2
        self.records[name] = record
        groups = tuple((disk["Count"], disk["SizeInGB"]) for disk in info["Disks"])
        self._change_family(family, lambda types: (*types, figures.Type(size, groups)))
        for components in self.listed.values():
            components["hosting"].append(f"ml.{name}")
            components["training"].append(f"ml.{name}")
        return name

    def change_disk(self, name: str, gb: int) -> None:
        """A type has another disk than before."""
        family, _, size = name.partition(".")
        info = self.records[name]["InstanceStorageInfo"]
        assert len(info["Disks"]) == info["Disks"][0]["Count"] == 1
        info["TotalSizeInGB"] = info["Disks"][0]["SizeInGB"] = gb
        self._change_family(
            family, lambda types: tuple(replace(t, groups=((1, gb),)) if t.size == size else t for t in types)
        )

    def drop(self, name: str) -> None:
        """A type is gone from everywhere."""
        family, _, size = name.partition(".")
        del self.records[name]
        self._change_family(family, lambda types: tuple(t for t in types if t.size != size))
        for components in self.listed.values():
            for names in components.values():
                if f"ml.{name}" in names:
                    names.remove(f"ml.{name}")

    def _change_family(self, label: str, change: Any) -> None:
        self.guide = {
            page: tuple(
                replace(family, types=change(family.types)) if family.label.lower() == label else family
                for family in families
            )
            for page, families in self.guide.items()
        }


@contextmanager
def live_world(data: Path) -> Iterator[LiveWorld]:
    """AWS as the packaged sources in a data folder know it: their price lists of two Regions, and real records.

    Args:
        data: Where the log of the packaged lists is.
    """
    listed = _packaged_lists(data)
    guide = {page: tuple(families) for page, families in figures.GUIDE.items()}
    documented = {family.name_of(one) for families in guide.values() for family in families for one in family.types}
    packed = resources.files("moto").joinpath("ec2/resources/instance_types.json.gz").read_bytes()
    captured: dict[str, dict[str, Any]] = json.loads(gzip.decompress(packed))
    records = {name: one for name, one in sorted(captured.items()) if name in documented}
    site = Site()
    thread = Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with FakeAws() as aws:
            made = LiveWorld(site, aws, guide, records, listed, data)
            made.publish()
            yield made
    finally:
        site.shutdown()
        site.server_close()
        thread.join()


def _packaged_lists(data: Path) -> dict[str, dict[str, list[str]]]:
    """What the packaged lists have in the two Regions; the components that they lack get what hosting has."""
    listed: dict[str, dict[str, list[str]]] = {region: {} for region in REGIONS}
    for key, value in sorted(read_log(REGION_LISTS.path(data), REGION_LISTS).state.items()):
        component, region, name = key
        if value == "true" and region in listed:
            listed[region].setdefault(component, []).append(name)
    for components in listed.values():
        for component in sorted(offers.WORDS):
            components.setdefault(component, list(components["hosting"]))
    return listed
