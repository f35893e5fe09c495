"""``kb.guard``: checks the requests of a SageMaker client before they are sent.

Works on the event system of botocore, on which every boto3 client is built; neither is imported here. The event
``before-parameter-build`` comes when the parameters stand and before anything is made of them, and the handler is the
last one there, so that it sees what other handlers change.
"""

from __future__ import annotations

import functools
import logging
import sys
import warnings
from collections.abc import Iterator
from typing import Any, TypeVar

from kb.errors import VolumeKeyRefused, VolumeKeyWarning
from kb.library.alternatives.search import alternatives
from kb.library.calls import WorkloadRequest, operations, read_request
from kb.library.judge import Judge, Named, caveat, explain, rule_url
from kb.library.lookup import snapshot
from kb.library.model import KeyProblem, Outcome, Verdict

ClientOrSession = TypeVar("ClientOrSession")

MODES = ("raise", "warn", "log")
NEEDS = ("key_accepted", "all_storage_under_key")

_EVENT = "before-parameter-build.sagemaker"
_ID = "kb-guard"
_WANTED = "a SageMaker client (boto3.client('sagemaker')) or a session (boto3.Session()) that will make clients"

_log = logging.getLogger("kb.guard")


def guard(client_or_session: ClientOrSession, mode: str = "raise", *, need: str = "key_accepted") -> ClientOrSession:
    """Check the volume key of each SageMaker request before it is sent.

    >>> client = kb.guard(boto3.client("sagemaker"))  # doctest: +SKIP

    A request that SageMaker refuses because of its key raises, and nothing is sent. A key that is accepted but leaves
    local storage out (``not_applied``, ``ebs_only``) warns, and so does a request whose fate depends on which of
    several types SageMaker picks. What the evidence does not say, and types newer than the data, are let through.

    Args:
        client_or_session: A boto3 or botocore client of SageMaker; or a session, for the clients it makes from then on.
            The SageMaker SDK works through such a client: give it the guarded one, or a guarded session.
        mode: ``raise``; ``warn`` (a :class:`VolumeKeyWarning`); or ``log`` (a warning of the logger ``kb.guard``).
        need: ``key_accepted``, as above; or ``all_storage_under_key``: whatever leaves storage outside the key raises
            too, a missing key in a Create request included.

    Returns:
        The object given. Guarding it again replaces the guard; :func:`unguard` takes it away.

    Raises:
        TypeError: the object is something else.
        ValueError: no such mode or need.
    """
    for name, value, allowed in (("mode", mode, MODES), ("need", need, NEEDS)):
        if value not in allowed:
            raise ValueError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
    events = _events(client_or_session)
    operations()  # a snapshot that cannot be read is told now, and not when a request is on its way
    events.unregister(_EVENT, unique_id=_ID)
    events.register_last(_EVENT, _Guard(mode, need), unique_id=_ID)
    return client_or_session


def unguard(client_or_session: ClientOrSession) -> ClientOrSession:
    """Take away what :func:`guard` did to a client, or to the clients that a session will make; returns the object.

    Raises:
        TypeError: the object is neither.
    """
    _events(client_or_session).unregister(_EVENT, unique_id=_ID)
    return client_or_session


def _events(given: Any) -> Any:
    """Return the event system of a client or session.

    Raises:
        TypeError: it is neither, or a client of another service.
    """
    meta: Any = getattr(given, "meta", None)
    if hasattr(meta, "service_model"):
        service = meta.service_model.service_name
        if service != "sagemaker":
            raise TypeError(f"this is a client of {service}; give {_WANTED}")
        events = meta.events
    elif hasattr(given, "get_component"):
        events = given.get_component("event_emitter")
    else:
        events = getattr(given, "events", None)
    if isinstance(given, type) or not hasattr(events, "register_last"):
        hint = "; of a session of the SageMaker SDK, its sagemaker_client" if hasattr(given, "sagemaker_client") else ""
        shown = given.__name__ if isinstance(given, type) else type(given).__name__
        raise TypeError(f"{shown} cannot be guarded; give {_WANTED}{hint}")
    return events


class _Guard:
    """The handler of the event: checks the parameters of one request."""

    def __init__(self, mode: str, need: str) -> None:
        self._mode, self._needs_all = mode, need == "all_storage_under_key"

    def __call__(self, params: Any, model: Any, context: Any = None, **_others: Any) -> None:
        """Check a request.

        Raises:
            VolumeKeyRefused: it is not to be sent.
        """
        operation = model.name
        found: list[KeyProblem] = []
        for part in read_request(operation, params):
            if part.keys or self._needs_all:
                found += self._problems(operation, part, (context or {}).get("client_region"))
        if not found:
            return
        found.sort(key=lambda problem: not problem.is_refused)
        text = _text(operation, found, is_sent=self._mode != "raise" or not found[0].is_refused)
        if self._mode == "log":
            _log.warning("%s", text)
        elif self._mode == "raise" and found[0].is_refused:
            raise VolumeKeyRefused(text, found)
        else:
            warnings.warn(text, VolumeKeyWarning, stacklevel=_frames_to_the_caller())

    def _problems(self, operation: str, part: WorkloadRequest, region: str | None) -> Iterator[KeyProblem]:
        judge = Judge(operation, part)
        if judge.is_harmless() and not self._needs_all:
            return

        def problem(named: Named, reason: str, *, is_refused: bool) -> KeyProblem:
            verdict, key = named.verdict, judge.key_of(named.setting)
            return KeyProblem(
                operation=operation,
                workload=part.workload,
                instance_type=verdict.instance_type,
                type_path=named.setting.path,
                key_path=key.path if key else None,
                outcome=verdict.outcome,
                is_refused=is_refused,
                reason=reason,
                fix=_fix(verdict, part, region),
                url=rule_url(verdict),
            )

        told = set()
        for ruling in judge.about_keys():
            for named in ruling.harmed:
                told.add(named.setting.path)
                reason, choice = judge.effect(named.verdict), named.setting.choice
                if ruling.rule == "mixed-types":
                    reason += f" It is one of {choice}: SageMaker picks one of them, and they do not all do so."
                yield problem(named, reason, is_refused=self._needs_all or ruling.rule == "key-rejected")
        for named in judge.named if self._needs_all else ():
            if named.effect is Outcome.UNKNOWN or named.setting.path in told:
                continue
            if not named.verdict.all_storage_under_key:
                text = f"Not all of its storage can be under a key: {explain(named.verdict)}"
                yield problem(named, text, is_refused=True)
            elif judge.lacks_key(named.setting):
                text = f"No volume key is given, so nothing is under it.{caveat(named.verdict)}"
                yield problem(named, text, is_refused=True)


def _fix(verdict: Verdict, part: WorkloadRequest, region: str | None) -> str:
    if verdict.all_storage_under_key:
        return f"Give the key in {' or '.join(part.key_paths)}."
    known = region if region in snapshot().region_names() else None
    names = ", ".join(_nearest_names(verdict.instance_type, verdict.workload, known))
    place = f" in {known}" if known else ""
    near = f"Nearest types with all storage under a key{place}: {names}."
    none = f"No type near to {verdict.instance_type} has all its storage under a key{place}."
    return " ".join(filter(None, (snapshot().recommendation(verdict.workload), near if names else none)))


@functools.cache
def _nearest_names(instance_type: str, workload: str, region: str | None) -> tuple[str, ...]:
    return tuple(each.instance_type for each in alternatives(instance_type, workload, region=region, limit=3))


def _text(operation: str, problems: list[KeyProblem], *, is_sent: bool) -> str:
    lines = [f"{operation} {'has a problem with its volume key' if is_sent else 'was not sent'}:"]
    for problem in problems:
        lines += [
            f"  {problem.instance_type} ({problem.type_path}): {problem.reason}",
            f"    Fix: {problem.fix}",
            *([f"    Reference: {problem.url}"] if problem.url else []),
        ]
    return "\n".join([*lines, f"  kb data version {snapshot().data_version}"])


def _frames_to_the_caller() -> int:
    """How far up the stack the code is that made the call, from :meth:`_Guard.__call__`."""
    depth, frame = 1, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in ("kb", "botocore", "boto3"):
        depth, frame = depth + 1, frame.f_back
    return depth
