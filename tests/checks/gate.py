"""The tables that one check looks at, empty until a test puts rows in."""

from __future__ import annotations

from datetime import date
from types import TracebackType

import duckdb

from kb.checks import Check, CheckResult, run_check
from kb.dataset.schema import table

#: What a column that must hold something holds where a test does not care.
_FILLING = {
    "DATE": date(2020, 1, 1),
    "BOOLEAN": False,
    "BIGINT": 1,
    "INTEGER": 1,
    "DOUBLE": 1.0,
    "VARCHAR": "something",
}


class Gate:
    """An in-memory database with the tables of a check's scope, and nothing else."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self.connection = duckdb.connect(":memory:")
        for name in {*check.scope, "check_exceptions"}:
            self.connection.execute(table(name).create_sql())

    def __enter__(self) -> Gate:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.connection.close()

    def put(self, name: str, **cells: object) -> Gate:
        """Insert a row; columns that must hold something and are not given are filled."""
        row = {column.name: _FILLING[column.type] for column in table(name).columns if column.required} | cells
        marks = ", ".join("?" * len(row))
        self.connection.execute(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
        return self

    def run(self) -> CheckResult:
        """Run the check."""
        return run_check(self.connection, self.check)

    def passes(self) -> bool:
        """Whether the check finds nothing wrong."""
        return self.run().passed

    def found(self) -> dict[str, str]:
        """Subject and detail of what the check does not accept."""
        return {violation.subject: violation.detail for violation in self.run().violations}

    def refuses(self, subject: str, *words: str) -> None:
        """Require exactly one violation, one that an exception accepts, and that the exception is stale elsewhere."""
        assert not self.run().passed
        assert list(self.found()) == [subject]
        for word in words:
            assert word in self.found()[subject]
        self.put("check_exceptions", check_name=self.check.name, subject=subject)
        accepted = self.run()
        assert accepted.passed
        assert accepted.accepted == 1
        self.put("check_exceptions", check_name=self.check.name, subject=f"not {subject}")
        stale = self.run()
        assert not stale.passed
        assert stale.stale == (f"not {subject}",)
        assert stale.violations == ()
