"""Loads observation logs and curated tables into temporary DuckDB tables, after checking every row.

Each kind of input becomes one table ``input_<name>``; the numbered SQL files start from these.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.dataset import logs
from kb.dataset.curated import CURATED, read_curated, type_problem
from kb.dataset.database import Connection
from kb.dataset.files import finish_replacing
from kb.dataset.log_specs import ABSENT, PRESENCE, SPECS
from kb.dataset.logs import Log, Scrape
from kb.dataset.schema.hardware import FACTS, STORAGE_FACTS
from kb.errors import InputError

#: Rows of the curated tables by name of the table, a cell by column; row n stands in line n + 2.
Tables = Mapping[str, list[dict[str, str]]]
#: Every wording that the log of a source has shown: sentence and fingerprint. Nothing is known of one never read.
Wordings = Mapping[str, set[tuple[str, str]]]


@dataclass(frozen=True)
class Inputs:
    """What all input files say, each read once.

    Attributes:
        logs: Every observation log by its name; one of a source that was never read is empty.
        scrapes: The rows of scrapes.csv.
        tables: The rows of every curated table by its name.
        files: Bytes of each file, by its path in the data folder, in a fixed order; logs that do not exist are not
            among them.
    """

    logs: dict[str, Log]
    scrapes: list[Scrape]
    tables: dict[str, list[dict[str, str]]]
    files: dict[str, bytes]

    @property
    def digest(self) -> str:
        """SHA-256 over the names and bytes of all files, in hexadecimal."""
        digest = hashlib.sha256()
        for name, content in self.files.items():
            digest.update(f"{name}\n".encode() + content)
        return digest.hexdigest()


_SCRAPE_TYPES = {"observed_on": "DATE", "rows_seen": "BIGINT", "rows_changed": "BIGINT"}
_FACT_TYPES = {column.name: column.type for column in FACTS}
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
#: Facts that stay unknown before the first observation of local storage where they were first reported after it.
_KNOWN_WITH_STORAGE = frozenset({column.name for column in STORAGE_FACTS} | {"has_nvme_instance_store"})


def load(connection: Connection, data_dir: Path) -> str:
    """Check every input and load it.

    Returns:
        SHA-256 over the names and bytes of all inputs, in hexadecimal.

    Raises:
        InputError: naming file, line and what is wrong.
    """
    found = check(data_dir)
    for table in CURATED:
        rows = (row.values() for row in found.tables[table.name])
        _load_rows(connection, f"input_{table.name}", table.columns, rows)
    # curated hardware facts are one hardware source more
    connection.execute("ALTER TABLE input_hardware RENAME TO log_curated")
    connection.execute("ALTER TABLE log_curated DROP COLUMN reason")
    _load_logs(connection, found.logs)
    columns = dict.fromkeys(logs.SCRAPE_COLUMNS, "VARCHAR") | _SCRAPE_TYPES
    _load_rows(connection, "input_scrapes", columns, (scrape.cells for scrape in found.scrapes))
    connection.execute("CREATE TEMP TABLE fact_names (fact VARCHAR, is_storage_fact BOOLEAN)")
    facts = [(column.name, column.name in _KNOWN_WITH_STORAGE) for column in FACTS]
    connection.executemany("INSERT INTO fact_names VALUES (?, ?)", facts)
    return found.digest


def check(data_dir: Path) -> Inputs:
    """Read every input strictly, after completing what a process that died while writing left half done.

    Raises:
        InputError: naming file, line and what is wrong.
    """
    if not data_dir.is_dir():
        raise InputError(data_dir, 0, "no such folder; give the folder that holds observations/ and curated/")
    found = Inputs({}, [], {}, {})
    wordings: dict[str, set[tuple[str, str]]] = {}
    try:
        finish_replacing(data_dir)
        scrapes_path = data_dir / "scrapes.csv"
        scrapes = scrapes_path.read_bytes()
        found.scrapes.extend(logs.parse_scrapes(scrapes, scrapes_path))
        for spec in SPECS.values():
            path = spec.path(data_dir)
            is_there = path.exists() or spec.is_required
            content = path.read_bytes() if is_there else logs.render(spec.columns, [])
            log = found.logs[spec.name] = logs.parse_log(content, path, spec)
            _check_readings(path, log, found.scrapes)
            if not is_there:
                continue
            if spec.table == "sentences":
                wordings[spec.name] = _read_wordings(path, log)
            elif spec.facts:
                _check_facts(path, ((row[3], row[-1]) for row in log.rows))
            found.files[f"observations/{path.name}"] = content
        found.files[scrapes_path.name] = scrapes
    except OSError as error:
        raise InputError(Path(error.filename or data_dir), 0, f"cannot be read: {error.strerror}") from error
    for table in CURATED:
        path = table.path(data_dir)
        rows = found.tables[table.name] = read_curated(path, table)
        found.files[f"curated/{path.name}"] = logs.render(table.columns, (tuple(row.values()) for row in rows))
    _check_tables(data_dir / "curated", found, wordings)
    return found


def _check_tables(folder: Path, found: Inputs, wordings: Wordings) -> None:
    """Check the curated tables beyond their own form: what one of them names must stand where it says."""
    tables = found.tables
    _check_workloads(folder, tables)
    _check_sources(folder / "sources.csv", tables, found.logs)
    _check_inheritance(folder, tables)
    _check_confirmations(folder / "confirmations.csv", tables, wordings)
    _check_facts(folder / "hardware.csv", ((row["fact"], row["value"]) for row in tables["hardware"]))
    for line, row in enumerate(tables["workload_facts"], 2):
        if row["fact"] == "is_storage_ephemeral" and type_problem("BOOLEAN", row["value"]):
            problem = f"is_storage_ephemeral must be true or false, not {row['value']!r}"
            raise InputError(folder / "workload_facts.csv", line, problem)


def _check_workloads(folder: Path, tables: Tables) -> None:
    """A workload that is named anywhere stands in workloads.csv."""
    known = {row["workload"] for row in tables["workloads"]}
    naming = {table.name: "workload" for table in CURATED if "workload" in table.columns}
    for table, column in (naming | {"workloads": "runs_as", "watched_sentences": "workloads"}).items():
        for line, row in enumerate(tables[table], 2):
            names = row[column].split(", ") if column == "workloads" else [row[column]]
            for name in names if row[column] else ():
                if name not in known:
                    raise InputError(folder / f"{table}.csv", line, f"{column} {name!r} is not in workloads.csv")


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


def _check_readings(path: Path, log: Log, scrapes: Iterable[Scrape]) -> None:
    """A log holds as many rows of each reading as scrapes.csv says; one cut off at a line's end holds fewer."""
    stated: Counter[logs.Row] = Counter()
    for scrape in scrapes:
        if scrape.source == log.spec.name:
            stated[scrape.observed_on, scrape.origin] += scrape.rows_changed
    found = Counter(row[:2] for row in log.rows)
    for reading in sorted(stated.keys() | found.keys()):
        if found[reading] != stated[reading]:
            line = max((n for n, row in enumerate(log.rows, 2) if row[:2] <= reading), default=1)
            rows = f"{found[reading]} rows of {reading[1]} on {reading[0]}"
            raise InputError(path, line, f"{rows}, but scrapes.csv says {stated[reading]}: rows were lost or added")


def _check_facts(path: Path, facts: Iterable[tuple[str, str]]) -> None:
    """Every value is of the type that its fact has in the database."""
    for line, (fact, value) in enumerate(facts, 2):
        problem = value and type_problem(_FACT_TYPES[fact], value)
        if problem:
            raise InputError(path, line, f"{fact} {problem}, not {value!r}")


def _read_wordings(path: Path, log: Log) -> set[tuple[str, str]]:
    """Every wording that a log of watched sentences has shown: sentence and fingerprint, or `ABSENT`."""
    found = set()
    for line, (_, _, sentence, fact, value) in enumerate(log.rows, 2):
        if fact == PRESENCE:
            found |= {(sentence, ABSENT)} if value == "false" else set()
        elif value and not _FINGERPRINT.fullmatch(value):
            raise InputError(path, line, f"a fingerprint must be 16 lower-case hex digits, not {value!r}")
        else:
            found.add((sentence, value or ABSENT))
    return found


def _load_logs(connection: Connection, found: Mapping[str, Log]) -> None:
    """Bring the logs of each kind, and curated hardware facts with them, into one table with their name."""
    parts = defaultdict(list, {"hardware": ["SELECT 'curated' AS source, * FROM log_curated"]})
    for name, log in found.items():
        columns = dict.fromkeys(log.spec.columns, "VARCHAR") | {"observed_on": "DATE"}
        if log.spec.is_listing:
            columns |= {log.spec.value: "BOOLEAN"}
        _load_rows(connection, f"log_{name}", columns, log.rows)
        parts[log.spec.table].append(f"SELECT '{name}' AS source, * FROM log_{name}")
    for table, selects in parts.items():
        connection.execute(f"CREATE TEMP TABLE input_{table} AS " + " UNION ALL BY NAME ".join(selects))


def _load_rows(connection: Connection, name: str, columns: Mapping[str, str], rows: Iterable[Iterable[str]]) -> None:
    """Load rows that were checked, an empty cell as NULL.

    They go to DuckDB as one text: a parameter per cell would take ten times as long. No cell holds control characters.
    """
    text = "\n".join("\x1f".join(row) for row in rows)
    typed = ", ".join(
        f"nullif(cells[{n}], '')::{kind} AS {column}" for n, (column, kind) in enumerate(columns.items(), 1)
    )
    connection.execute(
        f"CREATE TEMP TABLE {name} AS SELECT {typed} FROM ("
        "SELECT string_split(unnest(string_split(text, chr(10))), chr(31)) AS cells FROM (SELECT ? AS text) "
        "WHERE text <> '')",
        [text],
    )
