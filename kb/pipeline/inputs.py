"""Loads observation logs and curated tables into temporary DuckDB tables, after checking every row.

Each kind of input becomes one table ``input_<name>``; the numbered SQL files start from these.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kb.dataset import log_specs, logs
from kb.dataset.curated import CURATED, read_curated, type_problem
from kb.dataset.files import finish_replacing
from kb.dataset.schema.hardware import FACTS, STORAGE_FACTS
from kb.errors import InputError
from kb.pipeline import references

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class LogInput:
    """One observation log, and the table into which it is loaded together with the others of its kind.

    Attributes:
        spec: The form of the log.
        table: The temporary table; its column `source` names the log.
        is_required: Whether the log must exist. A source that was never read has no log, which counts as an empty one.
    """

    spec: log_specs.LogSpec
    table: str
    is_required: bool = False


LOGS = (
    LogInput(log_specs.SAGEMAKER_API, "input_sagemaker_api", is_required=True),
    LogInput(log_specs.REGION_LISTS, "input_region_lists", is_required=True),
    LogInput(log_specs.PRICE_LIST, "input_region_lists"),
    LogInput(log_specs.SERVICE_QUOTAS, "input_service_quotas"),
    LogInput(log_specs.EC2_API_CAPTURE, "input_hardware", is_required=True),
    LogInput(log_specs.EC2_API, "input_hardware"),
    LogInput(log_specs.EC2_GUIDE, "input_hardware"),
    LogInput(log_specs.NITRO_PAGE, "input_nitro_page"),
    LogInput(log_specs.SAGEMAKER_API_DOCS, "input_sentences"),
    LogInput(log_specs.SAGEMAKER_DOCS, "input_sentences"),
)

#: In confirmations.csv and in the database: the place says nothing of what is watched any more.
ABSENT = "absent"

_SCRAPE_TYPES = {"observed_on": "DATE", "rows_seen": "BIGINT", "rows_changed": "BIGINT"}
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
#: Facts that stay unknown before the first observation of local storage where they were first reported after it.
_KNOWN_WITH_STORAGE = frozenset({column.name for column in STORAGE_FACTS} | {"has_nvme_instance_store"})


def load(connection: duckdb.DuckDBPyConnection, data_dir: Path) -> str:
    """Check every input and load it.

    Returns:
        SHA-256 over the names and bytes of all inputs, in hexadecimal.

    Raises:
        InputError: naming file, line and what is wrong.
    """
    digest = hashlib.sha256()
    for path in check(data_dir):
        digest.update(f"{path.relative_to(data_dir).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    for table in CURATED:
        _load_csv(connection, f"input_{table.name}", table.path(data_dir), dict(table.columns))
    # curated hardware facts are one hardware source more
    connection.execute("ALTER TABLE input_hardware RENAME TO log_curated")
    connection.execute("ALTER TABLE log_curated DROP COLUMN reason")
    _load_logs(connection, data_dir)
    _load_csv(
        connection,
        "input_scrapes",
        data_dir / "scrapes.csv",
        dict.fromkeys(logs.SCRAPE_COLUMNS, "VARCHAR") | _SCRAPE_TYPES,
    )
    _load_fact_names(connection)
    return digest.hexdigest()


def check(data_dir: Path) -> list[Path]:
    """Read every input strictly, after completing what a process that died while writing left half done.

    Returns:
        The files, in a fixed order; logs of sources that were never read are not among them.

    Raises:
        InputError: naming file, line and what is wrong.
    """
    if not data_dir.is_dir():
        raise InputError(data_dir, 0, "no such folder; give the folder that holds observations/ and curated/")
    files = []
    wordings: dict[str, set[tuple[str, str]]] = {}
    try:
        finish_replacing(data_dir)
        scrapes = logs.read_scrapes(data_dir / "scrapes.csv")
        for each in LOGS:
            path = each.spec.path(data_dir)
            is_there = path.exists() or each.is_required
            log = logs.read_log(path, each.spec) if is_there else logs.Log(each.spec, [], {})
            _check_readings(path, log, scrapes)
            if not is_there:
                continue
            if each.table == "input_sentences":
                wordings[each.spec.name] = _read_wordings(path, log)
            elif each.spec.facts:
                _check_facts(path, ((row[3], row[-1]) for row in log.rows))
            files.append(path)
        files.append(data_dir / "scrapes.csv")
    except OSError as error:
        raise InputError(Path(error.filename or data_dir), 0, f"cannot be read: {error.strerror}") from error
    rows = {}
    for table in CURATED:
        rows[table.name] = read_curated(table.path(data_dir), table)
        files.append(table.path(data_dir))
    references.check(data_dir / "curated", rows, [each.spec.name for each in LOGS], wordings)
    hardware, storage = data_dir / "curated" / "hardware.csv", data_dir / "curated" / "workload_facts.csv"
    _check_facts(hardware, ((row["fact"], row["value"]) for row in rows["hardware"]))
    for line, row in enumerate(rows["workload_facts"], 2):
        if row["fact"] == "is_storage_ephemeral" and type_problem("BOOLEAN", row["value"]):
            raise InputError(storage, line, f"is_storage_ephemeral must be true or false, not {row['value']!r}")
    return files


def _check_readings(path: Path, log: logs.Log, scrapes: Iterable[logs.Scrape]) -> None:
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
    kinds = {column.name: column.type for column in FACTS}
    for line, (fact, value) in enumerate(facts, 2):
        problem = value and type_problem(kinds[fact], value)
        if problem:
            raise InputError(path, line, f"{fact} {problem}, not {value!r}")


def _read_wordings(path: Path, log: logs.Log) -> set[tuple[str, str]]:
    """Every wording that a log of watched sentences has shown: sentence and fingerprint, or `ABSENT`."""
    found = set()
    for line, (_, _, sentence, fact, value) in enumerate(log.rows, 2):
        if fact == log_specs.PRESENCE:
            found |= {(sentence, ABSENT)} if value == "false" else set()
        elif value and not _FINGERPRINT.fullmatch(value):
            raise InputError(path, line, f"a fingerprint must be 16 lower-case hex digits, not {value!r}")
        else:
            found.add((sentence, value or ABSENT))
    return found


def _load_logs(connection: duckdb.DuckDBPyConnection, data_dir: Path) -> None:
    """Bring the logs of each kind, and curated hardware facts with them, into one table with their name."""
    parts = defaultdict(list, {"input_hardware": ["SELECT 'curated' AS source, * FROM log_curated"]})
    for each in LOGS:
        columns = dict.fromkeys(each.spec.columns, "VARCHAR") | {"observed_on": "DATE"}
        if each.spec.is_listing:
            columns |= {each.spec.value: "BOOLEAN"}
        _load_csv(connection, f"log_{each.spec.name}", each.spec.path(data_dir), columns)
        parts[each.table].append(f"SELECT '{each.spec.name}' AS source, * FROM log_{each.spec.name}")
    for table, selects in parts.items():
        connection.execute(f"CREATE TEMP TABLE {table} AS " + " UNION ALL BY NAME ".join(selects))


def _load_fact_names(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE TEMP TABLE fact_names (fact VARCHAR, is_storage_fact BOOLEAN)")
    connection.executemany(
        "INSERT INTO fact_names VALUES (?, ?)", [(c.name, c.name in _KNOWN_WITH_STORAGE) for c in FACTS]
    )


def _load_csv(connection: duckdb.DuckDBPyConnection, name: str, path: Path, columns: dict[str, str]) -> None:
    """Load a file; one that does not exist gives an empty table."""
    if not path.exists():
        typed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        connection.execute(f"CREATE TEMP TABLE {name} ({typed})")
        return
    typed = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
    connection.execute(
        f"CREATE TEMP TABLE {name} AS SELECT * FROM read_csv(?, header = true, auto_detect = false, delim = ',', "
        f"quote = '\"', escape = '\"', nullstr = '', columns = {{{typed}}})",
        [str(path)],
    )
