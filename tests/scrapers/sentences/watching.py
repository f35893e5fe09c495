"""Documents with a profile, a table of watched sentences, and what is read of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kb.dataset.log_specs import PRESENCE
from scrapers.base import Document, Rows
from scrapers.sentences import SagemakerApiDocs, SagemakerDocs
from scrapers.sentences.api_docs import MODEL
from scrapers.sentences.watched import TABLE, Watched, profile

GUIDE = "sagemaker/latest/dg/a-page.html"
REFERENCE = "sagemaker/latest/APIReference/API_Thing.html"
KEY = "sagemaker-Type-Thing-VolumeKmsKeyId"
SIZE = "sagemaker-Type-Thing-VolumeSizeInGB"

#: The fact that a fingerprint is logged under.
FINGERPRINT = "fingerprint"


def document(name: str, content: bytes | str, watch: Mapping[str, tuple[str, ...]]) -> Document:
    """A document in which the sentences `s1`, `s2`, ... are watched: place and words of each."""
    sentences = [
        Watched(f"s{n}", name, place.partition("#")[0], words) for n, (place, words) in enumerate(watch.items(), 1)
    ]
    return Document(name, content if isinstance(content, bytes) else content.encode(), "", profile(sentences))


def of_page(content: bytes | str, watch: Mapping[str, tuple[str, ...]], name: str = GUIDE) -> dict[str, str]:
    """Fingerprint of each watched sentence on a page."""
    return fingerprints(SagemakerDocs().parse(document(name, content, watch)))


def of_member(content: bytes | str, *words: str, anchor: str = KEY) -> str:
    """Fingerprint of a member on a reference page; empty where it is gone."""
    return of_page(content, {anchor: words}, REFERENCE).get("s1", "")


def of_model(model: Any, watch: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Fingerprint of each watched sentence in a service model."""
    return fingerprints(SagemakerApiDocs().parse(document(MODEL, json.dumps(model), watch)))


def fingerprints(rows: Rows) -> dict[str, str]:
    """The fingerprints alone; every sentence that has one is present, and no other."""
    found = {key[0]: value for key, value in rows.items() if key[1] == FINGERPRINT}
    assert {key[0]: value for key, value in rows.items() if key[1] == PRESENCE} == dict.fromkeys(found, "true")
    return found


def service_model(docs: Mapping[str, str | None]) -> dict[str, Any]:
    """A service model with documentation: `Shape.Member` or `operation Name` to its text (None: it has none)."""
    model: dict[str, Any] = {
        "metadata": {"apiVersion": "2017-07-24"},
        "operations": {},
        "shapes": {"KmsKeyId": {"type": "string", "max": 2048}, "SizeInGB": {"type": "integer", "min": 1, "max": 64}},
    }
    for place, text in docs.items():
        documentation = {} if text is None else {"documentation": text}
        if place.startswith("operation "):
            model["operations"][place.removeprefix("operation ")] = documentation
            continue
        shape, _, member = place.partition(".")
        made = model["shapes"].setdefault(shape, {"type": "structure", "members": {}})
        kind = "SizeInGB" if "Size" in member else "KmsKeyId"
        made["members"][member] = {"shape": kind} | documentation
    return model


def write_table(data_dir: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Write watched_sentences.csv; a row needs its id, source, document and place only."""
    path = TABLE.path(data_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    fixed = {"words": "", "workloads": "training", "bears_on": "volume_kms", "url": "https://example.com", "note": ""}
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(TABLE.columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(({**fixed, **row} for row in rows), key=lambda row: row["sentence_id"]))
