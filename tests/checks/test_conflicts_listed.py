"""Two sources that disagree are a failure until a person has looked at it."""

from __future__ import annotations

from kb.checks.conflicts_listed import CHECK
from tests.checks.gate import Gate


def test_no_disagreement() -> None:
    with Gate(CHECK) as gate:
        assert gate.passes()


def test_a_disagreement() -> None:
    with Gate(CHECK) as gate:
        gate.put(
            "conflicts",
            subject="g5.xlarge",
            fact="has_instance_store",
            chosen_source="ec2_api_capture",
            chosen_value="true",
            other_source="curated",
            other_value="false",
        )
        gate.refuses("g5.xlarge has_instance_store curated", "ec2_api_capture says true, curated says false")
