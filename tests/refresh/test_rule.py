"""``kb rule``: the rules in force with their evidence, what waits for a person, and confirming it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb.dataset import paths
from kb.dataset.database import connect
from kb.pipeline import build
from tests.cli.conftest import Run
from tests.pipeline.mini import MiniData

HEADER = "sentence_id,fingerprint,confirmed_on,reason\n"


def today() -> str:
    return datetime.now(UTC).date().isoformat()


@pytest.fixture
def data(tmp_path: Path) -> MiniData:
    """Four sentences: one as it was, one confirmed, one changed twice, one vanished; and one that was never read."""
    mini = MiniData(tmp_path / "data")
    mini.watch("training-key", "training")
    mini.watch("training-note", "training")
    mini.watch("endpoint-key", "endpoint")
    mini.watch("endpoint-size", "endpoint", "volume_size")
    mini.watch("mounts", "training, endpoint", "workload_facts")
    for name in ("training-key", "training-note", "endpoint-key", "endpoint-size"):
        mini.sentence("2026-01-01", name, "a")
    mini.sentence("2026-02-01", "training-note", "b")
    mini.confirm("training-note", "b", "2026-02-02")
    mini.sentence("2026-03-01", "endpoint-key", "c")
    mini.sentence("2026-04-01", "endpoint-key", "d")
    mini.sentence("2026-04-01", "endpoint-size", None)
    mini.write()
    return mini


def confirmations(data: MiniData) -> str:
    return (data.root / "curated" / "confirmations.csv").read_text()


def test_list_shows_rules_and_what_became_of_their_evidence(kb: Run, data: MiniData) -> None:
    rows = {row["workload"]: row for row in kb("rule", "list", "--data", data.root, "--json").json}
    assert {name: row["evidence"] for name, row in rows.items()} == {
        "automl": "not watched",
        "endpoint": "changed",
        "experiment": "changed",
        "training": "confirmed",
    }
    training = rows["training"]
    assert training["rule_id"] == "training-2019-06-01"
    assert training["rule_since"] == "2019-06-01"
    assert (training["outcome_without_local_storage"], training["outcome_with_local_storage"]) == (
        "encrypts",
        "rejected",
    )
    assert (training["sentences"], training["to_review"]) == (2, [])
    assert rows["experiment"]["inherited_from"] == "endpoint"
    assert rows["endpoint"]["to_review"] == ["endpoint-key"]
    assert rows["endpoint"]["last_read"] >= "2026-04-01"

    found = kb("rule", "list", "--data", data.root)
    assert found.status == 0
    assert "training-2019-06-01" in found.stdout
    assert found.stderr.splitlines()[1:] == ["2 rules to review: kb rule review"]


def test_a_rule_whose_sentences_were_never_read(kb: Run, tmp_path: Path) -> None:
    mini = MiniData(tmp_path / "data")
    mini.watch("training-key", "training", document="another document")
    mini.watch("endpoint-key", "endpoint")
    mini.sentence("2026-01-01", "endpoint-key", "a")
    rows = {row["workload"]: row for row in kb("rule", "list", "--data", mini.write(), "--json").json}
    assert (rows["training"]["evidence"], rows["training"]["last_read"]) == ("never read", None)
    assert rows["endpoint"]["evidence"] == "unchanged"


def test_review_shows_what_waits(kb: Run, data: MiniData) -> None:
    rows = kb("rule", "review", "--data", data.root, "--json").json
    assert [(row["sentence_id"], row["status"], row["fingerprint"]) for row in rows] == [
        ("endpoint-key", "changed", "d" * 16),
        ("endpoint-size", "vanished", None),
    ]
    found = kb("rule", "review", "--data", data.root)
    assert found.status == 0
    words = " ".join(found.stdout.split())
    for part in (
        f"Was {'a' * 16}, since 2026-01-01 Is {'d' * 16}, since 2026-04-01",
        "Is not there, since 2026-04-01",
        "Bears on volume_kms of endpoint, experiment",
        "Rules endpoint-2024-01-01",
        "https://example.com/",
    ):
        assert part in words
    assert found.stderr.splitlines()[1].startswith("Compare each with its rules.")


def test_the_built_database_is_asked_where_it_is_of_the_same_inputs(kb: Run, data: MiniData, builds: list[str]) -> None:
    rebuilt = f"{data.root / 'kb.duckdb'} is missing or out of date: building a temporary one. `kb build` keeps it.\n"
    first = kb("rule", "list", "--data", data.root, "--json")
    assert (first.stderr, builds) == (rebuilt, ["kb.duckdb"])
    build(data.root, data.root / "kb.duckdb", gate=False)
    before = (data.root / "kb.duckdb").read_bytes()
    again = kb("rule", "list", "--data", data.root, "--json")
    assert (again.stdout, again.stderr) == (first.stdout, "")
    assert kb("rule", "review", "--data", data.root, "--json").stderr == ""
    done = kb("rule", "confirm", "endpoint-key", "--reason", "x", "--data", data.root)
    assert (done.status, builds) == (0, ["kb.duckdb"])
    assert (data.root / "kb.duckdb").read_bytes() == before
    # the confirmation is an input: the database is one of before
    review = kb("rule", "review", "--data", data.root, "--json")
    assert review.stderr == rebuilt
    assert [row["sentence_id"] for row in review.json] == ["endpoint-size"]
    assert builds == ["kb.duckdb"] * 2


def test_review_with_nothing_to_review(kb: Run, tmp_path: Path) -> None:
    mini = MiniData(tmp_path / "data")
    found = kb("rule", "review", "--data", mini.write())
    assert (found.status, found.stdout) == (0, "")
    assert found.stderr.splitlines()[1].startswith("Nothing to review")
    assert kb("rule", "review", "--data", mini.root, "--json").json == []


def test_confirming_takes_the_mark_off(kb: Run, data: MiniData, tmp_path: Path) -> None:
    def marked() -> int:
        database = build(data.root, tmp_path / "kb.duckdb", gate=False).database
        with connect(database) as connection:
            found = connection.execute("SELECT count(*) FROM kms_verdicts WHERE evidence_changed").fetchone()
        assert found is not None
        return int(found[0])

    assert marked() > 0
    found = kb("rule", "confirm", "endpoint-size", "endpoint-key", "--reason", " Wording only. ", "--data", data.root)
    assert found.status == 0
    assert [line.split() for line in found.stdout.splitlines()[2:]] == [
        ["endpoint-key", "d" * 16],
        ["endpoint-size", "absent"],
    ]
    assert found.stderr.splitlines()[1:] == [
        f"2 confirmed on {today()}. Run `kb build` to remove the marks from the answers."
    ]
    assert confirmations(data) == (
        f"{HEADER}endpoint-key,{'d' * 16},{today()},Wording only.\n"
        f"endpoint-size,absent,{today()},Wording only.\n"
        f"training-note,{'b' * 16},2026-02-02,something\n"
    )
    assert marked() == 0
    assert kb("rule", "review", "--data", data.root, "--json").json == []
    again = kb("rule", "confirm", "endpoint-key", "--reason", "x", "--data", data.root)
    assert (again.status, again.stderr.splitlines()[1:]) == (1, ["Error: endpoint-key: nothing to confirm (confirmed)"])


def test_a_rule_stands_for_its_sentences(kb: Run, data: MiniData) -> None:
    found = kb(
        "rule",
        "confirm",
        "endpoint-2024-01-01",
        "--reason",
        'Holds, with quotes: "x", y.',
        "--data",
        data.root,
        "--json",
    )
    assert found.json == [
        {
            "sentence_id": "endpoint-key",
            "fingerprint": "d" * 16,
            "confirmed_on": today(),
            "reason": 'Holds, with quotes: "x", y.',
        }
    ]
    assert f'endpoint-key,{"d" * 16},{today()},"Holds, with quotes: ""x"", y."\n' in confirmations(data)
    build(data.root, data.root / "kb.duckdb", gate=False)


def test_an_earlier_wording_can_be_confirmed_too(kb: Run, data: MiniData) -> None:
    common = ("--reason", "Held then.", "--data", data.root)
    assert kb("rule", "confirm", "endpoint-key", "--fingerprint", "c" * 16, *common).status == 0
    assert f"endpoint-key,{'c' * 16}," in confirmations(data)
    # the present wording still waits
    [row, _] = kb("rule", "review", "--data", data.root, "--json").json
    assert row["previous_fingerprint"] == "c" * 16
    again = kb("rule", "confirm", "endpoint-key", "--fingerprint", "c" * 16, *common)
    assert again.status == 1
    assert "already" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("nope",), 1, "no watched sentence and no rule is called 'nope'; see kb rule list and kb rule review"),
        (("endpoint-kye",), 1, "near names: endpoint-key"),
        (("KEY",), 1, "near names: endpoint-key, training-key"),
        (("training-key",), 1, "training-key: nothing to confirm (baseline)"),
        (("mounts",), 1, "mounts: nothing to confirm (never_read)"),
        (("training-2019-06-01",), 1, "training-2019-06-01: nothing to confirm (baseline, confirmed)"),
        (("endpoint-key", "--fingerprint", "e" * 16), 1, f"seen were: {'a' * 16}, {'c' * 16}, {'d' * 16}"),
        (("endpoint-key", "endpoint-size", "--fingerprint", "d" * 16), 1, "a fingerprint is of one sentence, and 2"),
        (("endpoint-key", "--reason", "  "), 1, "the reason must be a sentence on one line"),
        (("endpoint-key", "--reason", "a\nb"), 1, "the reason must be a sentence on one line"),
        ((), 2, "Missing argument"),
    ],
)
def test_what_cannot_be_confirmed(
    kb: Run, data: MiniData, arguments: tuple[str, ...], status: int, message: str
) -> None:
    before = confirmations(data)
    found = kb("rule", "confirm", "--reason", "x", "--data", data.root, *arguments)
    assert (found.status, found.stdout) == (status, "")
    assert message in found.stderr
    assert confirmations(data) == before


def test_a_reason_is_required(kb: Run, data: MiniData) -> None:
    found = kb("rule", "confirm", "endpoint-key", "--data", data.root)
    assert found.status == 2
    assert "--reason" in found.stderr


@pytest.mark.parametrize("command", [("list",), ("review",), ("confirm", "endpoint-key", "--reason", "x")])
def test_a_damaged_input_is_named(kb: Run, data: MiniData, command: tuple[str, ...]) -> None:
    path = data.root / "curated" / "confirmations.csv"
    path.write_text(path.read_text() + "x\n")
    found = kb("rule", *command, "--data", data.root)
    assert (found.status, found.stdout) == (1, "")
    assert found.stderr.startswith(f"Error: {path}:3: ")


def test_without_a_checkout_nothing_is_confirmed(kb: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "checkout", lambda: None)
    found = kb("rule", "confirm", "x", "--reason", "y")
    assert found.status == 1
    assert "a confirmation is a row in the data of a checkout" in found.stderr


def test_every_command_has_help_and_an_example(kb: Run) -> None:
    page = kb("rule", "--help").stdout
    assert [line.split()[0] for line in page.partition("Commands:\n")[2].split("\n\n")[0].splitlines()] == [
        "list",
        "review",
        "confirm",
    ]
    for name in ("list", "review", "confirm"):
        assert f"kb rule {name}" in page
        assert "--data DIR" in kb("rule", name, "--help").stdout
    assert '--reason "Wording only."' in kb("rule", "confirm", "--help").stdout
