"""One module per file format; each turns a parsed document into the requests it would make.

A reader for structured data has ``recognizes(data)`` and ``calls(data, document, path)``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from kb.checker.documents import JsonDocument, Marked, SeveralDocuments, Unreadable, parse_yaml
from kb.checker.model import Call, Document, Path
from kb.checker.readers import api, cloudformation, cloudtrail, pipelines, stepfunctions, terraform

#: Readers of structured data by the name of their format; the first that recognizes a document reads it.
READERS = {
    "CloudFormation": cloudformation,
    "Terraform plan": terraform,
    "CloudTrail": cloudtrail,
    "Step Functions": stepfunctions,
    "SageMaker pipeline": pipelines,
    "API request": api,
}

#: Endings of the files that are looked at in folders. ``.template`` is what the CDK and CloudFormation use.
SUFFIXES = frozenset({".json", ".yaml", ".yml", ".template", ".tf"})
#: What a file that is of interest has somewhere; only such files of a folder are parsed.
OF_INTEREST = re.compile(
    rb"sagemaker|\bml\.[a-z]|volumekmskeyid|volume_kms_key_id|instancetype\b|instance_type\b", re.IGNORECASE
)


def read(text: str, file: FilePath | None, name: str, region: str | None) -> tuple[str, Iterator[Call]] | None:
    """Find the format of a text and the requests in it.

    Args:
        text: The content of a file.
        file: Where it is; None for standard input.
        name: Name of the file, whose ending tells HCL from the rest.
        region: Region of the deployment; None for any.

    Returns:
        The name of the format, and the requests; None where it is of no known format.

    Raises:
        Unreadable: it cannot be parsed.
        MissingExtraError: the package that parses it is not installed.
    """
    if name.endswith(".tf"):
        # only here, because it takes a good part of the time to start
        from kb.checker.readers import hcl

        return "Terraform", hcl.calls(text, file)
    try:
        document = _parse(text, name)
    except SeveralDocuments:
        return None
    return _read(document.data, document, (), region)


def _read(data: Any, document: Document, path: Path, region: str | None) -> tuple[str, Iterator[Call]] | None:
    if isinstance(data, list) and not path:
        found = [_read(each, document, (number,), region) for number, each in enumerate(data)]
        known = [each for each in found if each]
        return (known[0][0], (call for _, calls in known for call in calls)) if known else None
    for name, reader in READERS.items():
        if reader is cloudformation and cloudformation.recognizes(data):
            return name, cloudformation.calls(data, document, path, region=region)
        if reader.recognizes(data):
            return name, reader.calls(data, document, path)
    return None


def _parse(text: str, name: str) -> JsonDocument | Marked:
    """Parse JSON or YAML: what the ending says, or else what the text begins as. YAML may begin as JSON does."""
    if name.endswith(".json"):
        return JsonDocument(text)
    if text.lstrip()[:1] in ("{", "["):
        try:
            return JsonDocument(text)
        except Unreadable:
            if not name.endswith((".yaml", ".yml")):
                raise
    return parse_yaml(text)
