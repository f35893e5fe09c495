"""An exception for a check that does not exist."""

from __future__ import annotations

from kb.checks import CHECKS
from kb.checks.exceptions_name_checks import check_for
from tests.checks.gate import Gate

CHECK = check_for(["keys_unique", "no_type_lost"])


def test_exceptions_for_known_checks() -> None:
    with Gate(CHECK) as gate:
        gate.put("check_exceptions", check_name="no_type_lost", subject="ml.p2.xlarge")
        assert gate.passes()


def test_an_exception_for_an_unknown_check() -> None:
    with Gate(CHECK) as gate:
        gate.put("check_exceptions", check_name="no_typo_lost", subject="ml.p2.xlarge")
        assert gate.found() == {"no_typo_lost": "no check has this name"}


def test_it_knows_every_other_check() -> None:
    *others, last = CHECKS
    assert last.name == "exceptions_name_checks"
    with Gate(last) as gate:
        for check in others:
            gate.put("check_exceptions", check_name=check.name, subject="anything")
        assert gate.passes()
