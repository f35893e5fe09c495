"""JUnit XML: a suite per file, a case per finding; one passed case for a file without any."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from kb.checker.model import Finding
from kb.checker.run import FileResult
from kb.library.rules import Severity

#: Characters that XML cannot hold.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(results: Iterable[FileResult], fail_on: Severity | None) -> str:
    """Return the report.

    Args:
        results: What came of each file.
        fail_on: Severity from which a finding is a failure; None for never. Lesser ones are passed cases with a text.
    """
    root = ET.Element("testsuites", name="kb check")
    for result in results:
        cases = [_case(result.file, finding, fail_on) for finding in result.findings]
        cases = cases or [ET.Element("testcase", classname=_clean(result.file), name="no findings")]
        suite = ET.SubElement(root, "testsuite", name=_clean(result.file), tests=str(len(cases)), errors="0")
        for name, tag in (("failures", "failure"), ("skipped", "skipped")):
            suite.set(name, str(sum(case.find(tag) is not None for case in cases)))
        suite.extend(cases)
    ET.indent(root)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ET.tostring(root, encoding='unicode')}"


def _case(file: str, finding: Finding, fail_on: Severity | None) -> ET.Element:
    name = f"{finding.rule} line {finding.line} {finding.resource} {finding.instance_type or ''}".strip()
    case = ET.Element("testcase", classname=_clean(file), name=_clean(name), file=_clean(file), line=str(finding.line))
    text = _clean(f"{file}:{finding.line}: {finding.severity.word} {finding.rule}: {finding.message} {finding.fix}")
    if finding.suppressed is not None:
        ET.SubElement(case, "skipped", message=_clean(finding.suppressed))
    elif fail_on is not None and finding.severity >= fail_on:
        ET.SubElement(case, "failure", type=finding.rule, message=_clean(finding.message)).text = text
    else:
        ET.SubElement(case, "system-out").text = text
    return case


def _clean(text: str) -> str:
    return _ILLEGAL.sub("?", text)
