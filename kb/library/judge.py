"""Judges a SageMaker request: what is wrong with its volume keys, instance types and sizes, by rule. Stdlib only.

Everything that speaks of requests asks here: the guard before one is sent, the checker before one is written. Values
that are known only later are :class:`~kb.library.calls.Unresolved`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from kb.errors import UnknownInstanceType
from kb.library.calls import Setting, Unresolved, WorkloadRequest
from kb.library.lookup import regions, snapshot, volume_kms
from kb.library.model import Outcome, Verdict, VolumeSize
from kb.library.record import Record
from kb.library.rules import RULES, Severity
from kb.library.snapshot import EPOCH

#: Values that name no instance type: with the last one, of the Studio app enum, an app shares the service's instance.
NO_TYPE = (None, "", "system")

#: Rules about keys by outcome; with the `_HARMFUL` outcomes it is known that some storage is not under the key.
_KEY_RULES = {
    Outcome.REJECTED: "key-rejected",
    Outcome.NOT_APPLIED: "key-not-applied",
    Outcome.EBS_ONLY: "key-covers-ebs-only",
    Outcome.UNKNOWN: "key-effect-unknown",
}
_HARMFUL = frozenset(_KEY_RULES) - {Outcome.UNKNOWN}
#: Rules on sizes that come from the local disks of a type, and not from the limit of an EBS volume.
_LOCAL_SIZES = ("at_most_local_total", "fixed_to_local_total", "undocumented")


class Named:
    """An instance type that a request names.

    Attributes:
        setting: Where the request names it.
        verdict: What happens to a key on it.
        effect: The same in a word; `UNKNOWN` where the type is not offered.
    """

    __slots__ = ("effect", "setting", "verdict")

    def __init__(self, setting: Setting, verdict: Verdict) -> None:
        self.setting, self.verdict = setting, verdict
        self.effect = Outcome.UNKNOWN if verdict.outcome is Outcome.NOT_OFFERED else verdict.outcome


class Ruling(Record):
    """One thing to know about a request.

    Attributes:
        rule: Id of the rule; see :data:`kb.library.rules.RULES`.
        severity: How bad it is here.
        setting: What in the request it is about.
        message: What is wrong, and why.
        fix: What to do; empty where there is no advice.
        instance_type: The type it is about; None where there is none, or several.
        outcome: What happens to a key on that type; None where that is not the matter.
        url: Address of the reference behind it; None where there is none.
        harmed: Types that a key is given for, and whose storage it leaves out or may leave out.
    """

    rule: str
    severity: Severity
    setting: Setting
    message: str
    fix: str
    instance_type: str | None
    outcome: Outcome | None
    url: str | None
    harmed: tuple[Named, ...]

    def __init__(
        self,
        rule: str,
        setting: Setting,
        message: str,
        *,
        fix: str = "",
        verdict: Verdict | None = None,
        severity: Severity | None = None,
        instance_type: str | None = None,
        url: str | None = None,
        harmed: Iterable[Named] = (),
    ) -> None:
        super().__init__(
            rule=rule,
            severity=RULES[rule].severity if severity is None else severity,
            setting=setting,
            message=message,
            fix=fix,
            instance_type=verdict.instance_type if verdict else instance_type,
            outcome=verdict.outcome if verdict else None,
            url=url or (rule_url(verdict) if verdict else None),
            harmed=tuple(each for each in harmed if each.effect in _HARMFUL),
        )


class Judge:
    """Judges what a request says about one workload.

    Attributes:
        named: The instance types that the request names.
        unknown: Where it names a type that is open, or not known.
    """

    def __init__(
        self,
        operation: str,
        request: WorkloadRequest,
        *,
        region: str | None = None,
        day: date | None = None,
        require_key: bool = False,
        is_whole: bool = True,
    ) -> None:
        """Look up the types of a request.

        Args:
            operation: API operation, such as ``CreateTrainingJob``.
            request: What the request says about the workload.
            region: Region in which it runs; None for any.
            day: Day whose evidence answers; None for now.
            require_key: Report where no key is given although one can be used.
            is_whole: No part of the request is left open in which a type could be named.
        """
        self._request, self._workload = request, request.workload
        self._region, self._require_key, self._is_whole = region, require_key, is_whole
        # the first day about which anything is known also answers for what came before
        self._day = None if day is None else max(day, EPOCH)
        # an update leaves the key that was given before
        self._takes_new_key = bool(request.key_paths) and operation.startswith("Create")
        self.named: list[Named] = []
        self.unknown: list[Setting] = []
        has_type = snapshot().has_type
        for setting in request.types:
            if isinstance(setting.value, str) and has_type(setting.value):
                self.named.append(Named(setting, volume_kms(setting.value, self._workload, as_of=self._day)))
            elif setting.value not in NO_TYPE:
                self.unknown.append(setting)

    def __iter__(self) -> Iterator[Ruling]:
        """Yield everything to know about the request."""
        yield from map(self._unknown, self.unknown)
        for named in self.named:
            yield from self._offering(named.setting, named.verdict)
        yield from self._sizes()
        yield from self.about_keys()

    # -- instance types

    def _unknown(self, setting: Setting) -> Ruling:
        """Say why nothing is known of a type."""
        name = setting.value
        if isinstance(name, Unresolved | list | dict):
            return Ruling("not-checked", setting, f"The instance type is not known here: {_reason(name)}.")
        try:
            known_as = volume_kms(name, self._workload).instance_type
            text, why = f"unknown instance type {name!r}", f"the API accepts {known_as} only"
        except UnknownInstanceType as error:
            text, why = str(error), f"known up to data version {snapshot().data_version}"
        return Ruling(
            "unknown-type",
            setting,
            f"{text[:1].upper()}{text[1:]} ({why}), so nothing else was checked for it.",
            fix="Correct the name, or install a newer version of the data.",
            instance_type=str(name)[:80],
        )

    def _offering(self, setting: Setting, verdict: Verdict) -> Iterator[Ruling]:
        """Whether the type is offered for the workload, and in the Region."""
        name, place = verdict.instance_type, f"kb list --workload {self._workload}"
        if verdict.outcome is Outcome.NOT_OFFERED:
            fix = f"Choose a type that is offered: {place}."
            yield Ruling("not-offered", setting, _sentence(verdict.reason), fix=fix, verdict=verdict)
        elif self._region is not None:
            offered = regions(name, self._workload, as_of=self._day)
            if offered is not None and self._region not in offered:
                text = f"{name} is not in the list of {self._region} for {self._title}."
                fix = f"Choose a type that is: {place} --region {self._region}."
                yield Ruling("not-in-region", setting, text, fix=fix, verdict=verdict)

    # -- sizes

    def _sizes(self) -> Iterator[Ruling]:
        """Whether the volume sizes given keep to the rule for each type."""
        reported = set()
        for named in self.named:
            rule = named.verdict.volume_size
            if rule is None:
                continue
            for setting in self._request.sizes_of(named.setting):
                found = self._size(setting, rule, named.verdict)
                # a limit of the EBS volume is the same for all types
                mark = (setting.path, named.setting.path if rule.rule in _LOCAL_SIZES else rule.limit_gb)
                if found and mark not in reported:
                    reported.add(mark)
                    yield found

    def _size(self, setting: Setting, rule: VolumeSize, verdict: Verdict) -> Ruling | None:
        is_local = rule.rule in _LOCAL_SIZES
        if isinstance(setting.value, Unresolved):
            text = f"The volume size is not known here: {_reason(setting.value)}."
            return Ruling("not-checked", setting, text, verdict=verdict) if is_local else None
        size = _number(setting.value)
        severity = None if size is None else _size_severity(size, rule)
        if severity is None:
            return None
        is_limit = rule.rule not in ("fixed_to_local_total", "undocumented")
        bound = f" At most {rule.limit_gb} GB." if rule.limit_gb and not is_local else ""
        return Ruling(
            "volume-size",
            setting,
            f"{size:g} GB for {verdict.instance_type} in {self._title}: {_sentence(rule.note or '')}{bound}",
            severity=severity,
            fix=f"Request at most {rule.limit_gb} GB." if is_limit else "Leave the size out for this type.",
            verdict=verdict,
            url=rule.url,
        )

    # -- keys

    def about_keys(self) -> Iterator[Ruling]:
        """Yield what happens to the volume keys given, and where one is missing."""
        split: set[str] = set()
        for key in filter(_is_given, self._request.keys):
            covered = [each for each in self.named if key.covers(each.setting)]
            unknown = [each for each in self.unknown if key.covers(each)]
            lists = _split_lists(covered, unknown)
            # what one of them does depends on which is picked; the ruling about the list says so
            split |= lists
            if lists or len({each.effect for each in covered} - {Outcome.UNKNOWN}) > 1:
                answers = {each.verdict.instance_type: each.verdict.outcome.value for each in covered}
                answers |= {_name(each): "unknown" for each in unknown if each.choice in lists}
                yield _mixed(key, answers, [each for each in covered if each.setting.choice in lists])
            if self._is_whole and not any(key.covers(each) for each in self._request.types):
                text = (
                    "A volume key is given, but the request names no instance type; what happens to the key depends "
                    "on the types that are used."
                )
                yield Ruling("key-effect-unknown", key, text)
        for named in self.named:
            if named.setting.choice not in split:
                yield from self._key_of(named)

    def _key_of(self, named: Named) -> Iterator[Ruling]:
        """Say what happens to the key of one type, or that it has none."""
        verdict = named.verdict
        rule = _KEY_RULES.get(verdict.outcome)
        if self.key_of(named.setting):
            if rule:
                advice = snapshot().recommendation(self._workload) or ""
                text = self.effect(verdict)
                yield Ruling(rule, named.setting, text, fix=advice, verdict=verdict, harmed=[named])
            return
        needed = self._require_key and self._takes_new_key and verdict.outcome in (Outcome.ENCRYPTS, Outcome.EBS_ONLY)
        opened = next((key for key in self._request.keys_of(named.setting) if isinstance(key.value, Unresolved)), None)
        if opened:
            if needed:
                text = f"Whether the required volume key is given is not known here: {_reason(opened.value)}."
            elif verdict.outcome in _HARMFUL:
                text = f"Whether a volume key is given is not known here: {_reason(opened.value)}. If one is: "
                text += explain(verdict)
            else:
                return
            yield Ruling("not-checked", opened, text, verdict=verdict)
        elif needed:
            text = f"No volume key is given for {verdict.instance_type} in {self._title}, which takes one."
            fix = f"Give a key in {' or '.join(self._request.key_paths[:2])}."
            yield Ruling("key-missing", named.setting, text, fix=fix, verdict=verdict)

    def key_of(self, named: Setting) -> Setting | None:
        """Return the volume key that is given for a type; None where none is, or that is not known."""
        return next((key for key in self._request.keys if key.covers(named) and _is_given(key)), None)

    def lacks_key(self, named: Setting) -> bool:
        """Whether the storage of a type has no key because this request gives none."""
        return self._takes_new_key and not self.key_of(named)

    def is_harmless(self) -> bool:
        """Whether a key harms on no type that the request names, as far as that is known."""
        return _HARMFUL.isdisjoint([each.effect for each in self.named])

    def effect(self, verdict: Verdict) -> str:
        """Say what the key that is given does on a type."""
        return f"A volume key is given for {verdict.instance_type} in {self._title}: {explain(verdict)}"

    @property
    def _title(self) -> str:
        return snapshot().title(self._workload)


def rule_url(verdict: Verdict) -> str | None:
    """Return the address of the reference that a verdict rests on."""
    return next((item.url for item in verdict.evidence if item.kind == "rule"), None)


def _split_lists(covered: Iterable[Named], unknown: Iterable[Setting]) -> set[str]:
    """Lists from which SageMaker picks, whose types are not known to treat a key alike although it harms on one."""
    effects: dict[str, set[Outcome]] = {}
    for each in covered:
        effects.setdefault(each.setting.choice, set()).add(each.effect)
    for setting in unknown:
        effects.setdefault(setting.choice, set()).add(Outcome.UNKNOWN)
    return {place for place, found in effects.items() if place and len(found) > 1 and found & _HARMFUL}


def _mixed(key: Setting, answers: dict[str, str], chosen: list[Named]) -> Ruling:
    """Say that one key serves types that treat it differently; SageMaker picks among the chosen ones."""
    is_lost = any(each.effect in (Outcome.REJECTED, Outcome.NOT_APPLIED) for each in chosen)
    listed = ", ".join(f"{name} {outcome}" for name, outcome in answers.items())
    why = "SageMaker picks one of the alternatives at run time" if chosen else "one key serves them all"
    return Ruling(
        "mixed-types",
        key,
        f"The types in this request treat the volume key differently, and {why}: {listed}.",
        severity=Severity.ERROR if is_lost else None,
        fix="Use types with one answer in one request, or leave the key out where it cannot be used.",
        harmed=chosen,
    )


def _name(setting: Setting) -> str:
    return setting.value[:80] if isinstance(setting.value, str) else setting.path


def _is_given(key: Setting) -> bool:
    return key.value.is_given if isinstance(key.value, Unresolved) else bool(key.value)


def _size_severity(size: float, rule: VolumeSize) -> Severity | None:
    """How far a size is against a rule; None where it keeps to it."""
    if size <= 0 or size == rule.limit_gb:
        return None
    above = rule.limit_gb is not None and size > rule.limit_gb
    if rule.rule == "fixed_to_local_total":
        return Severity.WARNING if above else Severity.NOTE
    if rule.rule == "undocumented":
        return Severity.WARNING
    return Severity.ERROR if above else None


def _reason(value: object) -> str:
    return value.reason if isinstance(value, Unresolved) else "it is not text"


def _number(value: object) -> float | None:
    """Read a size, which may be written as text; None where it is none."""
    try:
        return None if isinstance(value, bool) or value is None else float(str(value))
    except ValueError:
        return None


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def explain(verdict: Verdict) -> str:
    """Give the reason of a verdict, with what to know about it."""
    basis = f" (Inferred: {verdict.basis_note})" if verdict.basis_note else ""
    return f"{_sentence(verdict.reason)}{basis}{caveat(verdict)}"


def caveat(verdict: Verdict) -> str:
    """Say that the evidence has changed, where it has."""
    text = " A sentence that this rests on has changed, and nobody has confirmed the rule since."
    return text if verdict.evidence_changed else ""
