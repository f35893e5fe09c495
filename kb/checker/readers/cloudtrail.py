"""CloudTrail records: what was asked of SageMaker, with the evidence of that day.

Takes a log file (``Records``), a single record, and an event as EventBridge passes it on (``detail``).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from kb.checker.expand import Expander
from kb.checker.model import Call, Document, Path
from kb.checker.naming import camel_case, operation_named
from kb.library.calls import Unresolved

_SOURCE = "sagemaker.amazonaws.com"
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def recognizes(data: object) -> bool:
    """Whether `data` is a log file or a record."""
    return isinstance(data, dict) and (_is_record(data) or _is_record(data.get("detail")) or _is_log(data))


def calls(data: Any, document: Document, path: Path) -> Iterator[Call]:
    """Yield the request of each record that made one."""
    if _is_log(data):
        for number, record in enumerate(data["Records"]):
            yield from _record(record, document, (*path, "Records", number))
    elif _is_record(data):
        yield from _record(data, document, path)
    else:
        yield from _record(data["detail"], document, (*path, "detail"))


def _is_log(data: dict[str, Any]) -> bool:
    records = data.get("Records")
    return isinstance(records, list) and any(_is_record(record) for record in records)


def _is_record(data: object) -> bool:
    return isinstance(data, dict) and "eventSource" in data and "eventName" in data


def _record(record: Any, document: Document, path: Path) -> Iterator[Call]:
    if not _is_record(record) or record["eventSource"] != _SOURCE:
        return
    operation, parameters = operation_named(str(record["eventName"])), record.get("requestParameters")
    if not operation or not isinstance(parameters, dict):
        return
    as_of = None
    with contextlib.suppress(ValueError):
        as_of = date.fromisoformat(str(record.get("eventTime"))[:10])
    name = str(record.get("eventID") or operation)
    region = str(record["awsRegion"]) if record.get("awsRegion") else None
    call = Call(operation, document, path, name, region=region, as_of=as_of)
    yield from _EXPANDER.calls(call, parameters, None, (*path, "requestParameters"))


def _hidden(value: Any, state: None) -> Iterable[tuple[Any, None, Path]] | None:
    return [(Unresolved("CloudTrail hides it", is_given=True), state, ())] if value == _HIDDEN else None


_EXPANDER: Expander[None] = Expander(_hidden, camel_case)
