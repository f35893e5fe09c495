"""Checks across inputs: what one curated table names must stand where it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from kb.dataset.curated import CURATED
from kb.errors import InputError

#: Rows of the curated tables by name of the table, a cell by column; row n stands in line n + 2.
Tables = Mapping[str, list[dict[str, str]]]
#: Every wording that the log of a source has shown: sentence and fingerprint.
Wordings = Mapping[str, set[tuple[str, str]]]


def check(folder: Path, tables: Tables, logs: Iterable[str], wordings: Wordings) -> None:
    """Check every reference.

    Args:
        folder: Where the curated tables are, for messages.
        tables: The curated tables.
        logs: Names of the sources that have logs.
        wordings: What the logs of watched sentences have shown, by source; of a source that was never read, nothing is
            known.

    Raises:
        InputError: naming file and line of the first one that leads nowhere.
    """
    _check_workloads(folder, tables)
    _check_sources(folder / "sources.csv", tables, logs)
    _check_inheritance(folder, tables)
    _check_confirmations(folder / "confirmations.csv", tables, wordings)


def _check_workloads(folder: Path, tables: Tables) -> None:
    """A workload that is named anywhere stands in workloads.csv."""
    known = {row["workload"] for row in tables["workloads"]}
    for table in CURATED:
        if "workload" not in table.columns or table.name == "workloads":
            continue
        for line, row in enumerate(tables[table.name], 2):
            if row["workload"] and row["workload"] not in known:
                path = folder / f"{table.name}.csv"
                raise InputError(path, line, f"workload {row['workload']!r} is not in workloads.csv")
    for line, row in enumerate(tables["workloads"], 2):
        if row["runs_as"] and row["runs_as"] not in known:
            raise InputError(folder / "workloads.csv", line, f"runs_as names {row['runs_as']!r}, which is no workload")
    for line, row in enumerate(tables["watched_sentences"], 2):
        for name in row["workloads"].split(", "):
            if name not in known:
                path = folder / "watched_sentences.csv"
                raise InputError(path, line, f"workload {name!r} is not in workloads.csv")


def _check_sources(path: Path, tables: Tables, logs: Iterable[str]) -> None:
    """Every source of statements is described."""
    described = {row["source"] for row in tables["sources"]}
    for name in ("curated", *logs):
        if name not in described:
            raise InputError(path, 0, f"the source {name!r} has no row")


def _check_inheritance(folder: Path, tables: Tables) -> None:
    """A rule is inherited only by a workload that runs as another one."""
    runs_as = {row["workload"]: row["runs_as"] for row in tables["workloads"]}
    for name, column in (("kms_rules", "outcome_with_local_storage"), ("volume_size_rules", "on_local_storage")):
        for line, row in enumerate(tables[name], 2):
            if row[column] == "inherit" and not runs_as[row["workload"]]:
                problem = f"inherit, but workloads.csv does not say as what {row['workload']} runs"
                raise InputError(folder / f"{name}.csv", line, problem)


def _check_confirmations(path: Path, tables: Tables, wordings: Wordings) -> None:
    """A confirmation is about a sentence that is watched, and about a wording that its log has shown."""
    sources = {row["sentence_id"]: row["source"] for row in tables["watched_sentences"]}
    for line, row in enumerate(tables["confirmations"], 2):
        sentence, wording = row["sentence_id"], row["fingerprint"]
        if sentence not in sources:
            raise InputError(path, line, f"sentence {sentence!r} is not in watched_sentences.csv")
        source = sources[sentence]
        if source in wordings and (sentence, wording) not in wordings[source]:
            raise InputError(path, line, f"the log of {source} has never had {wording!r} as the wording of {sentence}")
