"""CloudTrail records: what was asked of SageMaker, with the evidence of that day.

Takes a log file (``Records``), a single record, and an event as EventBridge passes it on (``detail``).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from kb.checker.documents import reached
from kb.checker.expand import Expander
from kb.checker.model import Call, Document, Path
from kb.checker.naming import camel_case, operation_named
from kb.library.calls import Unresolved

_SOURCE = "sagemaker.amazonaws.com"
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def recognizes(data: object) -> bool:
    """Whether `data` is a log file or a record."""
    return any(True for _ in _records(data, ()))


def calls(data: Any, document: Document, path: Path) -> Iterator[Call]:
    """Yield the request of each record that made one."""
    for record, place in _records(data, path):
        operation, parameters = operation_named(str(record["eventName"])), record.get("requestParameters")
        if record["eventSource"] == _SOURCE and operation and isinstance(parameters, dict):
            as_of = None
            with contextlib.suppress(ValueError):
                as_of = date.fromisoformat(str(record.get("eventTime"))[:10])
            name, region = str(record.get("eventID") or operation), record.get("awsRegion")
            call = Call(operation, document, place, name, region=str(region) if region else None, as_of=as_of)
            yield from _EXPANDER.calls(call, parameters, None, (*place, "requestParameters"))


def _records(data: Any, path: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    for steps in ((), ("detail",), ("Records", "[]")):
        for record, place in reached(data, path, *steps):
            if isinstance(record, dict) and "eventSource" in record and "eventName" in record:
                yield record, place


def _hidden(value: Any, state: None) -> Iterable[tuple[Any, None, Path]] | None:
    return [(Unresolved("CloudTrail hides it", is_given=True), state, ())] if value == _HIDDEN else None


_EXPANDER: Expander[None] = Expander(_hidden, camel_case)
