"""Scrapers: one module per source; each turns what a source shows into rows of its observation log."""

from __future__ import annotations

from scrapers.base import Document, Reading, Request, ScrapeError, Scraper
from scrapers.ec2.api import Ec2Api
from scrapers.ec2.capture import Ec2ApiCapture
from scrapers.guide import Ec2Guide, NitroPage
from scrapers.prices.price_list import PriceList
from scrapers.region_lists import RegionLists
from scrapers.sagemaker_api import SagemakerApi
from scrapers.sentences import SagemakerApiDocs, SagemakerDocs
from scrapers.service_quotas import ServiceQuotas

#: Every scraper by the name of its source, in the order in which they are to run: those that list `ml.` types first,
#: because the others keep what these need.
SCRAPERS: dict[str, Scraper] = {
    scraper.source: scraper
    for scraper in (
        SagemakerApi(),
        SagemakerApiDocs(),
        RegionLists(),
        PriceList(),
        ServiceQuotas(),
        Ec2ApiCapture(),
        Ec2Api(),
        Ec2Guide(),
        NitroPage(),
        SagemakerDocs(),
    )
}

__all__ = ["SCRAPERS", "Document", "Reading", "Request", "ScrapeError", "Scraper"]
