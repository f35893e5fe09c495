"""Scrapers: one module per source; each turns what a source shows into rows of its observation log."""

from __future__ import annotations

from scrapers.base import Document, Reading, Request, ScrapeError, Scraper
from scrapers.ec2_api_capture import Ec2ApiCapture
from scrapers.region_lists import RegionLists
from scrapers.sagemaker_api import SagemakerApi

#: Every scraper by the name of its source, in the order in which they are to run.
SCRAPERS: dict[str, Scraper] = {scraper.source: scraper for scraper in (SagemakerApi(), RegionLists(), Ec2ApiCapture())}

__all__ = ["SCRAPERS", "Document", "Reading", "Request", "ScrapeError", "Scraper"]
