"""Finds what is wrong with a request. Knows nothing of file formats; standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import kb
from kb.checker.model import Call, Finding, Leaf, Options, Severity, Unresolved
from kb.checker.rules import RULES
from kb.library.calls import Setting, WorkloadRequest, read_request
from kb.library.lookup import snapshot
from kb.library.model import Outcome, Verdict, VolumeSize
from kb.library.snapshot import EPOCH

#: Lists of which SageMaker picks one type at run time. In other lists every element runs.
LISTS_OF_ALTERNATIVES = ("InstancePreferences", "InstancePools", "InstanceTypes")
#: A value of the Studio app enum that is no instance type: the app shares the instance of the service.
NOT_INSTANCE_TYPES = frozenset({"system"})

_ALTERNATIVE = re.compile(rf"^(.*\b(?:{'|'.join(LISTS_OF_ALTERNATIVES)}))\[\d+\]")
_KEY_RULES = {
    Outcome.REJECTED: "key-rejected",
    Outcome.NOT_APPLIED: "key-not-applied",
    Outcome.EBS_ONLY: "key-covers-ebs-only",
    Outcome.UNKNOWN: "key-effect-unknown",
}


@dataclass(frozen=True)
class _Named:
    """An instance type that a request names, with its verdict."""

    setting: Setting
    leaf: Leaf
    verdict: Verdict

    @property
    def alternatives(self) -> str | None:
        """The list of which SageMaker picks one, if the type stands in one."""
        match = _ALTERNATIVE.match(self.setting.path)
        return match[1] if match else None


def check(call: Call, options: Options, file: str) -> Iterator[Finding]:
    """Yield the findings about a request.

    Args:
        call: The request.
        options: What is wanted.
        file: Name of the file for the findings.
    """
    checker = _Checker(call, options, file)
    for leaf in call.unresolved:
        yield checker.finding("not-checked", leaf, f"A part of the request is not known here: {_reason(leaf)}.")
    for request in read_request(call.operation, call.parameters):
        yield from checker.request(request)


class _Checker:
    """Checks the workloads of one call."""

    def __init__(self, call: Call, options: Options, file: str) -> None:
        self._call, self._options, self._file = call, options, file
        self._region = call.region or options.region
        self._resource_line = call.document.line(call.path)
        # the first day about which anything is known also answers for what came before
        self._as_of = None if call.as_of is None else max(call.as_of, EPOCH)
        self._workload: str | None = None

    def finding(
        self,
        rule: str,
        leaf: Leaf,
        message: str,
        *,
        severity: Severity | None = None,
        fix: str = "",
        verdict: Verdict | None = None,
        instance_type: str | None = None,
        url: str | None = None,
    ) -> Finding:
        """Make a finding about something in the request."""
        return Finding(
            rule=rule,
            severity=RULES[rule].severity if severity is None else severity,
            file=self._file,
            line=self._call.document.line(leaf.path),
            message=message,
            fix=fix,
            resource=self._call.name,
            resource_line=self._resource_line,
            operation=self._call.operation,
            workload=self._workload,
            instance_type=verdict.instance_type if verdict else instance_type,
            outcome=verdict.outcome.value if verdict else None,
            url=url or (_rule_url(verdict) if verdict else None),
            suppressed=self._call.ignored.get(rule),
        )

    def request(self, request: WorkloadRequest) -> Iterator[Finding]:
        """Yield the findings about one workload of the call."""
        self._workload = request.workload
        named: list[_Named] = []
        for setting in request.types:
            leaf = setting.value
            if not isinstance(leaf, Leaf) or leaf.value in (None, "", *NOT_INSTANCE_TYPES):
                continue
            if isinstance(leaf.value, Unresolved | list | dict):
                yield self.finding("not-checked", leaf, f"The instance type is not known here: {_reason(leaf)}.")
                continue
            found = self._look_up(leaf)
            if isinstance(found, Finding):
                yield found
            else:
                named.append(_Named(setting, leaf, found))
        for each in named:
            yield from self._offering(each)
        yield from self._sizes(named, request)
        yield from self._keys(named, request)

    def _look_up(self, leaf: Leaf) -> Verdict | Finding:
        name, workload = leaf.value, self._workload or ""
        try:
            verdict = kb.volume_kms(name, workload, as_of=self._as_of)
        except kb.UnknownInstanceType as error:
            known = f"known up to data version {snapshot().data_version}"
            text = str(error)
        else:
            if verdict.instance_type == name:
                return verdict
            known, text = f"the API takes {verdict.instance_type} only", f"unknown instance type {name!r}"
        return self.finding(
            "unknown-type",
            leaf,
            f"{text[:1].upper()}{text[1:]} ({known}), so nothing else was checked for it.",
            fix="Correct the name, or install a newer version of the data.",
            instance_type=str(name)[:80],
        )

    def _offering(self, named: _Named) -> Iterator[Finding]:
        """Whether the type is offered for the workload, and in the Region."""
        verdict = named.verdict
        if verdict.outcome is Outcome.NOT_OFFERED:
            fix = f"Take a type that is offered: kb list --workload {verdict.workload}."
            yield self.finding("not-offered", named.leaf, _sentence(verdict.reason), fix=fix, verdict=verdict)
            return
        if self._region is None:
            return
        regions = kb.regions(verdict.instance_type, verdict.workload, as_of=self._as_of)
        if regions is not None and self._region not in regions:
            yield self.finding(
                "not-in-region",
                named.leaf,
                f"{verdict.instance_type} is not in the list of {self._region} for {self._title()}.",
                fix=f"Take a type that is: kb list --workload {verdict.workload} --region {self._region}.",
                verdict=verdict,
            )

    def _sizes(self, named: list[_Named], request: WorkloadRequest) -> Iterator[Finding]:
        """Whether the volume sizes given keep to the rule for each type."""
        reported = set()
        for each in named:
            rule = each.verdict.volume_size
            for setting in request.sizes_of(each.setting):
                finding = self._size(setting.value, rule, each.verdict) if rule else None
                # a limit of the EBS volume is the same for all types
                mark = (setting.path, rule.limit_gb if rule and rule.rule not in _LOCAL_RULES else each.setting.path)
                if finding and mark not in reported:
                    reported.add(mark)
                    yield finding

    def _size(self, leaf: Any, rule: VolumeSize, verdict: Verdict) -> Finding | None:
        if not isinstance(leaf, Leaf):
            return None
        if isinstance(leaf.value, Unresolved):
            if rule.rule not in _LOCAL_RULES:
                return None
            text = f"The volume size is not known here: {_reason(leaf)}."
            return self.finding("not-checked", leaf, text, verdict=verdict)
        size = _number(leaf.value)
        severity = None if size is None else _size_severity(size, rule)
        if size is None or severity is None:
            return None
        bound = f" At most {rule.limit_gb} GB." if rule.rule not in _LOCAL_RULES and rule.limit_gb else ""
        return self.finding(
            "volume-size",
            leaf,
            f"{size:g} GB for {verdict.instance_type} in {self._title()}: {_sentence(rule.note or '')}{bound}",
            severity=severity,
            fix=_size_fix(rule),
            verdict=verdict,
            url=rule.url,
        )

    def _keys(self, named: list[_Named], request: WorkloadRequest) -> Iterator[Finding]:
        """What becomes of the volume keys given, and where one is missing."""
        given = [key for key in request.keys if _is_given(key)]
        mixed: set[str] = set()
        for key in given:
            covered = [each for each in named if key.covers(each.setting)]
            found = self._mixed(key, covered)
            if found:
                yield found
            by_list: dict[str, list[_Named]] = {}
            for each in covered:
                by_list.setdefault(each.alternatives or "", []).append(each)
            # what one of them does depends on which is picked; the finding about the list says so
            mixed |= {place for place, those in by_list.items() if place and len(_outcomes(those)) > 1}
            if not any(key.covers(setting) for setting in request.types) and not self._call.unresolved:
                text = (
                    "A volume key is given, but the request names no instance type; what becomes of the key depends "
                    "on the types that are used."
                )
                yield self.finding("key-effect-unknown", key.value, text)
        for each in named:
            if each.alternatives not in mixed:
                yield from self._key_of(each, request)

    def _key_of(self, named: _Named, request: WorkloadRequest) -> Iterator[Finding]:
        keys = request.keys_of(named.setting)
        verdict = named.verdict
        rule = _KEY_RULES.get(verdict.outcome)
        if any(map(_is_given, keys)):
            if rule:
                advice = snapshot().recommendation(verdict.workload) or ""
                text = f"A volume key is given for {verdict.instance_type} in {self._title()}: {_explain(verdict)}"
                yield self.finding(rule, named.leaf, text, fix=advice, verdict=verdict)
            return
        open_key = next((key.value for key in keys if _is_open(key)), None)
        needed = self._options.require_key and verdict.outcome in (Outcome.ENCRYPTS, Outcome.EBS_ONLY)
        if open_key is not None:
            if needed or (rule and verdict.outcome is not Outcome.UNKNOWN):
                bad = _explain(verdict) if rule else "a key is required."
                text = f"Whether a volume key is given is not known here: {_reason(open_key)}. If one is: {bad}"
                if needed:
                    text = f"Whether the required volume key is given is not known here: {_reason(open_key)}."
                yield self.finding("not-checked", open_key, text, verdict=verdict)
        elif needed and request.key_paths:
            where = " or ".join(request.key_paths[:2])
            text = f"No volume key is given for {verdict.instance_type} in {self._title()}, which takes one."
            yield self.finding("key-missing", named.leaf, text, fix=f"Give a key in {where}.", verdict=verdict)

    def _mixed(self, key: Setting, covered: list[_Named]) -> Finding | None:
        """Whether one key serves types that treat it differently."""
        if len(_outcomes(covered)) < 2:
            return None
        chosen = [each for each in covered if each.alternatives]
        outcomes = _outcomes(chosen) if len(_outcomes(chosen)) > 1 else set()
        bad = outcomes & {Outcome.REJECTED, Outcome.NOT_APPLIED}
        answers = {each.verdict.instance_type: each.verdict.outcome.value for each in covered}
        listed = ", ".join(f"{name} {outcome}" for name, outcome in answers.items())
        pick = "SageMaker picks one of the alternatives at run time" if outcomes else "one key serves them all"
        return self.finding(
            "mixed-types",
            key.value,
            f"The types of this request treat the volume key differently, and {pick}: {listed}.",
            severity=Severity.ERROR if bad else None,
            fix="Name types with one answer in one request, or leave the key out where it cannot be used.",
        )

    def _title(self) -> str:
        return snapshot().title(self._workload or "")


_LOCAL_RULES = ("at_most_local_total", "fixed_to_local_total", "undocumented")


def _size_severity(size: float, rule: VolumeSize) -> Severity | None:
    """How far a size is against a rule; None where it keeps to it."""
    limit = rule.limit_gb
    above = limit is not None and size > limit
    if size <= 0 or (limit is not None and size == limit):
        return None
    if rule.rule == "fixed_to_local_total":
        return Severity.WARNING if above else Severity.NOTE
    if rule.rule == "undocumented":
        return Severity.WARNING
    return Severity.ERROR if above else None


def _size_fix(rule: VolumeSize) -> str:
    if rule.rule in ("fixed_to_local_total", "undocumented"):
        return "Leave the size out for this type."
    return f"Ask for at most {rule.limit_gb} GB."


def _outcomes(named: Iterable[_Named]) -> set[Outcome]:
    """Outcomes of types that are offered; what is not offered is another finding."""
    return {each.verdict.outcome for each in named} - {Outcome.NOT_OFFERED}


def _is_given(key: Setting) -> bool:
    value = key.value.value if isinstance(key.value, Leaf) else None
    return value.is_given if isinstance(value, Unresolved) else value not in (None, "")


def _is_open(key: Setting) -> bool:
    """Whether it is not known if a key is given."""
    value = key.value.value if isinstance(key.value, Leaf) else None
    return isinstance(value, Unresolved) and not value.is_given


def _reason(leaf: Leaf) -> str:
    return leaf.value.reason if isinstance(leaf.value, Unresolved) else "it is no text"


def _number(value: object) -> float | None:
    """Read a size, which may be written as text; None where it is none."""
    try:
        return None if isinstance(value, bool) or value is None else float(str(value))
    except ValueError:
        return None


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _explain(verdict: Verdict) -> str:
    basis = f" (Inferred: {verdict.basis_note})" if verdict.basis_note else ""
    changed = " (The sentence this rests on changed, and nobody has confirmed it since.)"
    return f"{_sentence(verdict.reason)}{basis}{changed if verdict.evidence_changed else ''}"


def _rule_url(verdict: Verdict) -> str | None:
    return next((item.url for item in verdict.evidence if item.kind == "rule"), None)


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Return each finding once, in the order of the file: several forms of a request give equal ones."""
    unique = {replace(each, suppressed=None): each for each in findings}
    return sorted(unique.values(), key=lambda each: (each.line, each.rule, each.instance_type or "", each.message))
