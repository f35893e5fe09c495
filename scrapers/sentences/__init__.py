"""Watched sentences: fingerprints of the documentation that the rules rest on, to notice when it changes."""

from __future__ import annotations

from scrapers.sentences.api_docs import SagemakerApiDocs
from scrapers.sentences.pages import SagemakerDocs

__all__ = ["SagemakerApiDocs", "SagemakerDocs"]
