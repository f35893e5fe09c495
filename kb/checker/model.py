"""The checker's own words: requests found in a file, and findings about them. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from kb.library.calls import Leaf
from kb.library.rules import Severity

#: Steps from the top of a document to a value: names of members and numbers of elements.
Path = tuple[str | int, ...]


class Document(Protocol):
    """A parsed file that can say on which line something stands."""

    def line(self, path: Path, /) -> int:
        """Line of the longest part of `path` that there is; the first line is 1."""
        ...


@dataclass(frozen=True)
class Call:
    """A request that a file would make, in one of the forms it may take.

    Attributes:
        operation: API operation, such as ``CreateTrainingJob``; empty where only something unresolved is to be told.
        document: Where it was found.
        path: Place of the request in the document.
        name: What the file calls it, such as the logical id of a resource.
        parameters: The request with the API's member names; values are of type :class:`Leaf`.
        unresolved: Parts of the request that are known only later although members were expected in them.
        region: Region where it will run, where the file says so.
        as_of: Day whose evidence answers; None for now.
        ignored: Reasons given in the file for suppressing rules, by rule id.
    """

    operation: str
    document: Document
    path: Path
    name: str
    parameters: Any = None
    unresolved: tuple[Leaf, ...] = ()
    region: str | None = None
    as_of: date | None = None
    ignored: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One thing to know about a request or a file.

    Attributes:
        rule: Id of the rule.
        severity: How bad it is.
        file: The file, as it was named.
        line: Line in it, from 1.
        message: What is wrong and why.
        fix: What to do; empty where nothing can be advised.
        resource: What the file calls the request; empty where the finding is about the file.
        resource_line: Line where the request begins.
        operation: API operation; empty where the finding is about the file.
        workload: Workload; None where the finding is about the file.
        instance_type: Instance type; None where none is known.
        outcome: What happens to the key; None where no verdict is involved.
        url: Address of the reference behind it; None where there is none.
        suppressed: Reason for suppressing it; None where it counts.
    """

    rule: str
    severity: Severity
    file: str
    line: int
    message: str
    fix: str = ""
    resource: str = ""
    resource_line: int = 1
    operation: str = ""
    workload: str | None = None
    instance_type: str | None = None
    outcome: str | None = None
    url: str | None = None
    suppressed: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the attributes as plain values."""
        return {**self.__dict__, "severity": self.severity.word}


@dataclass(frozen=True)
class Options:
    """What the person wants checked.

    Attributes:
        require_key: Report requests without a volume key where one can be used.
        region: Region in which types must be offered; None for any. What the file says goes first.
    """

    require_key: bool = False
    region: str | None = None
