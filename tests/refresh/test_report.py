"""The report: what each part shows, as Markdown and as JSON, for few rows, for very many, and for hostile values."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from kb.checks import Check, CheckResult, Level, Violation
from kb.library.changes import HEADINGS
from scrapers.refresh import Outcome, Report, SourceOutcome
from scrapers.refresh.comparison import PARTS, Differences, Row
from scrapers.refresh.report import MAX_CHARACTERS, render
from tests.refresh.test_markdown import HOSTILE

NOTHING: Differences = {name: [] for name in PARTS}
ON = "2026-11-01"


def but(**parts: list[Row]) -> Differences:
    """Nothing differs but these parts."""
    return NOTHING | parts


def source(name: str = "ec2_guide", outcome: Outcome = Outcome.CHANGED, **values: Any) -> SourceOutcome:
    return SourceOutcome(name, f"title of {name}", outcome, **values)


def check(name: str, level: str, *violations: Violation, stale: tuple[str, ...] = ()) -> CheckResult:
    made = Check(name=name, description=f"{name} holds", scope=(), sql="", level=Level(level))
    return CheckResult(made, violations, 0, stale)


def new_type(name: str = "ml.x9.large", **values: Any) -> dict[str, Any]:
    answers = ["endpoint: encrypts", "notebook: ebs_only", "training: encrypts"]
    row = {"instance_type": name, "status": "listed", "local_storage": "1 x 75 GB NVMe SSD", "is_kms_eligible": False}
    return row | {"first_seen": ON, "answers": answers} | values


def gone(name: str, kind: str, place: str, regions: list[str] | None = None) -> dict[str, Any]:
    return {"name": name, "kind": kind, "place": place, "source": "price_list", "regions": regions}


def fact(**values: Any) -> dict[str, Any]:
    row = {"ec2_type": "m5d.large", "fact": "instance_store_disks", "scope": "", "source": "ec2_guide"}
    return row | {"old_value": "1x75 ssd", "new_value": "1x80 ssd", "origin": "EC2 guide", "observed_on": ON} | values


def answer(
    name: str, workload: str = "training", old: str = "encrypts", new: str | None = "rejected"
) -> dict[str, Any]:
    row = {"workload": workload, "instance_type": name, "old_outcome": old, "new_outcome": new}
    return row | {"reason": "Because.", "url": "https://example.com/"}


def sentence(**values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "sentence_id": "training-key",
        "source": "sagemaker_docs",
        "place": "VolumeKmsKeyId",
        "status": "changed",
    }
    row |= {"url": "https://example.com/page", "bears_on": "volume_kms", "is_news": True}
    row |= {"previous_fingerprint": "0123456789abcdef", "previous_since": "2026-10-01"}
    row |= {"fingerprint": "fedcba9876543210", "seen_since": ON, "rules": ["training-2019-11-18"]}
    return row | {"workloads": ["training", "tuning"], "verdicts": 450} | values


def region(change: str, component: str, name: str, instance_type: str) -> dict[str, Any]:
    row = {"change": change, "source": "price_list", "component": component}
    return row | {"region": name, "instance_type": instance_type}


def conflict(**values: Any) -> dict[str, Any]:
    row = {"change": "came", "subject": "m5d.large", "fact": "instance_store_gb", "chosen_source": "ec2_api"}
    row |= {"chosen_value": "75", "other_source": "ec2_guide", "other_value": "80", "explanation": "They differ."}
    return row | values


def report(differences: Differences = NOTHING, **values: Any) -> Report:
    made = Report((source(rows_changed=3),), "2026.10.27", "2026.11.01", differences, (check("keys_unique", "error"),))
    return replace(made, **values)


def section(text: str, title: str) -> str:
    """The part of the report below a heading."""
    return text.partition(f"## {title}\n\n")[2].partition("\n\n## ")[0].rstrip("\n")


def test_nothing_changed() -> None:
    text = render(report(sources=(source(outcome=Outcome.UNCHANGED),), version_after="2026.10.27"))
    assert text.startswith("# Nothing changed.\n\nData version 2026.10.27, as before.\n")
    assert [line for line in text.splitlines() if line.startswith("#")] == ["# Nothing changed.", "## Sources"]


def test_the_headline_counts_what_changed() -> None:
    found = but(
        new_types=[new_type()],
        vanished=[gone("ml.a", "enum", "E"), gone("a", "hardware", "EC2")],
        facts=[fact(), fact(fact="instance_store_gb")],
        answers=[answer("ml.a"), answer("ml.b")],
        evidence=[sentence(), sentence(sentence_id="old", is_news=False)],
    )
    assert render(report(found)).startswith(
        "# 1 source shows something new: 1 changed sentence, 2 changed outcomes, 1 new instance type, 1 vanished name, "
        "1 type with changed hardware facts.\n\nData version 2026.10.27 → 2026.11.01.\n"
    )
    assert render(report()).startswith("# 1 source shows something new.\n")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"files": ("scrapes.csv",)}, "Written: `scrapes.csv`."),
        (
            {"files": ("scrapes.csv",), "is_dry_run": True},
            "Dry run: nothing was written. A refresh would write `scrapes.csv`.",
        ),
        ({"published": ("data/kb.duckdb", "kb/snapshot.txt")}, "Published: `data/kb.duckdb`, `kb/snapshot.txt`."),
        (
            {"gate": (check("no_type_lost", "error", Violation("ml.a", "gone")),)},
            "**The gate refuses to publish.** The logs hold what was seen; database and snapshot are unchanged.",
        ),
        (
            {"gate": (check("evidence_confirmed", "review", Violation("s", "changed")),)},
            "**Manual review required.**",
        ),
        ({"sources": (source(outcome=Outcome.FAILED),) * 2}, "**2 sources failed.**"),
        ({"problem": "kb.duckdb: No space left"}, "**Not published:** kb.duckdb: No space left"),
    ],
)
def test_the_state_says_what_was_done_and_what_is_in_the_way(values: dict[str, Any], words: str) -> None:
    made = report(**values)
    assert words in render(made).split("\n\n")[1]
    assert made.exit_status == (0 if set(values) <= {"files", "published", "is_dry_run"} else 1)


def test_new_types() -> None:
    text = section(render(report(but(new_types=[new_type()]))), "New types")
    assert text.splitlines()[2] == (
        "| `ml.x9.large` | `1 x 75 GB NVMe SSD` | `ebs_only` in `notebook`; `encrypts` in `endpoint`, `training` |"
    )
    unknown = render(report(but(new_types=[new_type(local_storage=None, answers=[])])))
    assert "| `ml.x9.large` | not known |  |" in unknown


def test_vanished() -> None:
    found = [
        gone("ml.a", "type", "every list"),
        gone("ml.a", "enum", "TrainingInstanceType"),
        gone("ml.a", "region_list", "hosting", ["eu-west-1", "us-east-1"]),
        gone("a", "hardware", "EC2"),
    ]
    lines = section(render(report(but(vanished=found))), "Vanished").splitlines()
    assert [line.split(" | ")[1] for line in lines[2:]] == [
        "every list",
        "the enum `TrainingInstanceType`",
        "`hosting` in 2 Regions: `eu-west-1`, `us-east-1`",
        "EC2",
    ]


def test_facts_and_first_facts() -> None:
    first = {"source": "nitro_page", "origin": "Nitro page", "facts": 120, "types": 60}
    found = but(facts=[fact(), fact(scope="eu-west-1", new_value=None)], first_facts=[first])
    text = render(report(found))
    assert section(text, "Facts about types").splitlines()[2:] == [
        "| `m5d.large` | `instance_store_disks` | `1x75 ssd` | `1x80 ssd` | `ec2_guide` | `EC2 guide` |",
        "| `m5d.large` | `instance_store_disks` `eu-west-1` | `1x75 ssd` | not stated | `ec2_guide` | `EC2 guide` |",
    ]
    assert "| `nitro_page` | 120 | 60 | `Nitro page` |" in section(text, "First facts about types")


def test_answers_are_gathered_and_named_up_to_a_number() -> None:
    names = [f"ml.m{n}.large" for n in range(12)]
    found = [answer(name) for name in names] + [answer("ml.x", "endpoint", "rejected", None)]
    lines = section(render(report(but(answers=found))), "Outcomes").splitlines()
    assert lines[2].startswith("| `training` | `encrypts` | `rejected` | 12 | `ml.m0.large`, ")
    assert lines[2].endswith("`ml.m7.large` and 4 more |")
    assert lines[3] == "| `endpoint` | `rejected` | no row | 1 | `ml.x` |"


def test_evidence_says_what_to_compare_and_how_to_confirm() -> None:
    gone_now = sentence(sentence_id="endpoint-note", status="vanished", fingerprint=None, is_news=False, verdicts=1)
    text = section(render(report(but(evidence=[sentence(), gone_now]))), "Sentences the rules rest on")
    assert text.splitlines() == [
        "- `training-key` in `VolumeKmsKeyId`: `0123456789abcdef` (2026-10-01) → `fedcba9876543210` (2026-11-01)",
        "  - compare https://example.com/page with `training-2019-11-18` (`training`, `tuning`)",
        "  - 450 answers are marked `evidence_changed`",
        "  - if the rules still hold: `kb rule confirm training-key --reason '...'`",
        "- `endpoint-note` in `VolumeKmsKeyId` (known before this refresh): `0123456789abcdef` (2026-10-01) → "
        "not there (2026-11-01)",
        "  - compare https://example.com/page with `training-2019-11-18` (`training`, `tuning`)",
        "  - 1 answer is marked `evidence_changed`",
        "  - if the rules still hold: `kb rule confirm endpoint-note --reason '...'`",
    ]


def test_regions_are_counted_per_component() -> None:
    found = [
        region("gone", "hosting", "eu-west-1", "ml.a"),
        region("listed", "hosting", "eu-west-1", "ml.b"),
        region("listed", "hosting", "eu-west-2", "ml.b"),
        region("listed", "training", "eu-west-2", "ml.b"),
    ]
    lines = section(render(report(but(regions=found))), "Regions").splitlines()
    assert lines[2:] == [
        "| `price_list` | `hosting` | +2 | -1 | `ml.a`, `ml.b` |",
        "| `price_list` | `training` | +1 | -0 | `ml.b` |",
    ]


def test_conflicts_and_the_gate() -> None:
    gate = (
        check(
            "conflicts_listed", "error", Violation("m5d.large instance_store_gb ec2_guide", "75 or 80"), stale=("old",)
        ),
        check("evidence_confirmed", "review", Violation("training-key", "changed on 2026-11-01")),
        check("keys_unique", "error"),
    )
    text = render(report(but(conflicts=[conflict(), conflict(change="went")]), gate=gate))
    assert section(text, "New and resolved conflicts").splitlines()[2:] == [
        "| new | `m5d.large` | `instance_store_gb` | `ec2_api`: `75` | `ec2_guide`: `80` |",
        "| resolved | `m5d.large` | `instance_store_gb` | `ec2_api`: `75` | `ec2_guide`: `80` |",
    ]
    said = section(text, "What the gate says")
    assert "**`conflicts_listed` refuses**: conflicts_listed holds" in said
    assert "| `m5d.large instance_store_gb ec2_guide` | 75 or 80 |" in said
    assert "- the exception for `old` in `check_exceptions.csv` is no longer needed" in said
    assert "**`evidence_confirmed` asks for a review**" in said
    assert said.endswith("`kb build` then publishes it.")
    assert "keys_unique" not in said
    assert "All 1 data checks passed." in render(report())


def test_sources_with_what_was_not_understood_and_not_read() -> None:
    sources = (
        source("ec2_api", origins=("EC2 API",), rows_seen=1395, rows_changed=7, failures=("eu-west-9: denied",)),
        source("ec2_guide", Outcome.FAILED, reason="page gp: no table", remarks=("a", "b")),
        source("price_list", Outcome.SKIPPED, reason="no network"),
    )
    text = render(report(sources=sources))
    assert section(text, "Sources").splitlines()[2:] == [
        "| `ec2_api` | changed | `EC2 API` | 1395 | 7 |  |",
        "| `ec2_guide` | failed |  |  |  | page gp: no table |",
        "| `price_list` | skipped |  |  |  | no network |",
    ]
    assert section(text, "Not understood") == "- `ec2_guide`: a\n- `ec2_guide`: b"
    assert section(text, "Not read") == "- `ec2_api`: eu-west-9: denied"


def everywhere(value: str, many: int = 1) -> Report:
    """A report with a value in every place that a source, a file or a page can fill."""
    row = {"source": value, "place": value, "name": value, "kind": "enum", "regions": [value]}
    found = but(
        new_types=[new_type(value, local_storage=value, answers=[f"{value}: {value}"])] * many,
        vanished=[row, row | {"kind": "type", "regions": None}, row | {"regions": None}] * many,
        facts=[
            fact(ec2_type=value, fact=value, scope=value, source=value, old_value=value, new_value=value, origin=value)
        ]
        * many,
        first_facts=[{"source": value, "origin": value, "facts": 1, "types": 1}] * many,
        answers=[answer(f"{value}{n}", value, value, value) for n in range(many)],
        evidence=[
            sentence(sentence_id=value, place=value, url=value, rules=[value], workloads=[value], fingerprint=value)
        ]
        * many,
        regions=[region("listed", value, value, f"{value}{n}") for n in range(many)],
        conflicts=[conflict(subject=value, fact=value, chosen_value=value, other_source=value, other_value=value)]
        * many,
    )
    sources = (
        source(value, reason=value, origins=(value,), remarks=(value,) * many, failures=(value,) * many),
        source("failed", Outcome.FAILED, reason=value),
    )
    gate = (
        check("a", "error", *[Violation(value, value)] * many, stale=(value,)),
        check("b", "review", Violation(value, value)),
    )
    return report(found, sources=sources, gate=gate, files=(value,), published=(value,), problem=value)


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_change_nothing_in_the_structure(value: str) -> None:
    """The same lines, cells and marks as with a harmless value."""
    lines, harmless = render(everywhere(value)).splitlines(), render(everywhere("harmless")).splitlines()
    assert len(lines) == len(harmless)
    for line, good in zip(lines, harmless, strict=True):
        if good.startswith("|"):
            assert line.replace("\\\\", "").replace("\\|", "").count("|") == good.count("|")
        # the first mark of each line is ours
        assert line[:2] == good[:2]
    # outside code spans, every tag is one of ours and there is no link
    text = re.sub(r"`[^`\n]*`", "", "\n".join(lines).replace("\\`", ""))
    assert set(re.findall(r"<[^>]*>?", text)) <= {
        "<details>",
        "</details>",
        "<summary>",
        "</summary>",
        "<code>",
        "</code>",
    }
    assert "](" not in text.replace("\\](", "")
    assert "@" not in text.replace("<code>@</code>", "")
    assert json.loads(json.dumps(everywhere(value).as_dict()))["sources"][0]["source"] == value


@pytest.mark.parametrize("many", [200, 5000])
def test_a_long_report_still_fits_into_a_pull_request(many: int) -> None:
    made = everywhere("ml.something-rather-long.48xlarge", many)
    text = render(made)
    assert len(text) <= MAX_CHARACTERS
    assert text.count("<details>") == text.count("</details>") > 4
    assert "more, all of them in the JSON form" in text
    assert "\n## Sources\n" in text
    assert "\n## Not read\n" in text
    assert text.endswith("\n")
    assert len(made.as_dict()["changes"]["facts"]) == many


def test_a_long_list_is_folded() -> None:
    text = render(report(but(facts=[fact(ec2_type=f"m{n}.large") for n in range(20)])))
    assert "<details><summary>20 rows</summary>\n\n| type | fact |" in text
    assert "`m19.large`" in text
    assert "<details>" not in render(report(but(facts=[fact()] * 15)))


def test_headings_and_their_order_are_those_of_the_kinds_of_change() -> None:
    titles = [line.removeprefix("## ") for line in render(everywhere("x")).splitlines() if line.startswith("## ")]
    kinds = [title for title in titles if title in HEADINGS.values()]
    assert kinds == [heading for heading in HEADINGS.values() if heading in kinds]
    assert set(titles) - set(kinds) == {
        "Vanished",
        "New and resolved conflicts",
        "What the gate says",
        "Sources",
        "Not understood",
        "Not read",
    }


def test_json_has_everything() -> None:
    made = everywhere("x")
    found = json.loads(json.dumps(made.as_dict()))
    assert found["exit_status"] == 1
    assert found["data_version"] == {"before": "2026.10.27", "after": "2026.11.01"}
    assert {name: len(rows) for name, rows in found["changes"].items()} == {
        "new_types": 1,
        "vanished": 3,
        "facts": 1,
        "first_facts": 1,
        "answers": 1,
        "evidence": 1,
        "regions": 1,
        "conflicts": 1,
    }
    assert found["changes"]["facts"][0]["observed_on"] == "2026-11-01"
    assert [each["level"] for each in found["gate"]] == ["error", "review"]
    assert found["gate"][0]["violations"] == [{"subject": "x", "detail": "x"}]
    assert found["files"] == found["published"] == ["x"]
    assert found["sources"][0]["remarks"] == ["x"]
