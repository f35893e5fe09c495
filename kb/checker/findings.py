"""Turns what the judge says of a request into findings with a file and a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from kb.checker.model import Call, Finding, Options, Path
from kb.library.calls import read_request
from kb.library.judge import Judge
from kb.library.rules import RULES


def check(call: Call, options: Options, file: str) -> Iterator[Finding]:
    """Yield the findings about a request.

    Args:
        call: The request.
        options: What is wanted.
        file: Name of the file for the findings.
    """

    def finding(rule: str, place: Path | None, message: str, **more: Any) -> Finding:
        return Finding(
            rule=rule,
            file=file,
            line=call.document.line(call.path if place is None else place),
            message=message,
            resource=call.name,
            resource_line=call.document.line(call.path),
            operation=call.operation,
            suppressed=call.ignored.get(rule),
            **{"severity": RULES[rule].severity, **more},
        )

    for leaf in call.unresolved:
        yield finding("not-checked", leaf.place, f"Part of the request is not known here: {leaf.value.reason}.")
    for request in read_request(call.operation, call.parameters):
        for ruling in Judge(
            call.operation,
            request,
            region=call.region or options.region,
            day=call.as_of,
            require_key=options.require_key,
            is_whole=not call.unresolved,
        ):
            yield finding(
                ruling.rule,
                ruling.setting.place,
                ruling.message,
                severity=ruling.severity,
                fix=ruling.fix,
                workload=request.workload,
                instance_type=ruling.instance_type,
                outcome=ruling.outcome and ruling.outcome.value,
                url=ruling.url,
            )


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Return each finding once, in the order of the file: several forms of a request give equal ones."""
    unique = {replace(each, suppressed=None): each for each in findings}
    return sorted(unique.values(), key=lambda each: (each.line, each.rule, each.instance_type or "", each.message))
