"""Loads observation logs and curated tables into temporary DuckDB tables, after checking every row.

Each input becomes one table ``input_<name>``; the numbered SQL files start from these.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kb import log_specs, logs
from kb.build.curated import CURATED, read_curated, type_problem
from kb.errors import InputError
from kb.schema.hardware import FACTS, STORAGE_FACTS

if TYPE_CHECKING:
    import duckdb

#: The logs of each kind; a new source of that kind adds its own here.
HARDWARE_LOGS = (log_specs.EC2_API_CAPTURE,)
REGION_LOGS = (log_specs.REGION_LISTS,)

_SCRAPE_TYPES = {"observed_on": "DATE", "rows_seen": "BIGINT", "rows_changed": "BIGINT"}


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
    _load_log(connection, "input_sagemaker_api", data_dir, log_specs.SAGEMAKER_API)
    _load_csv(
        connection,
        "input_scrapes",
        data_dir / "scrapes.csv",
        dict.fromkeys(logs.SCRAPE_COLUMNS, "VARCHAR") | _SCRAPE_TYPES,
    )
    _load_hardware(connection, data_dir)
    _load_regions(connection, data_dir)
    _load_fact_names(connection)
    return digest.hexdigest()


def check(data_dir: Path) -> list[Path]:
    """Read every input strictly.

    Returns:
        The files, in a fixed order.

    Raises:
        InputError: naming file, line and what is wrong.
    """
    if not data_dir.is_dir():
        raise InputError(data_dir, 0, "no such folder; give the folder that holds observations/ and curated/")
    files = []
    try:
        scrapes = logs.read_scrapes(data_dir / "scrapes.csv")
        for spec in (log_specs.SAGEMAKER_API, *HARDWARE_LOGS, *REGION_LOGS):
            log = logs.read_log(spec.path(data_dir), spec)
            _check_readings(spec.path(data_dir), log, scrapes)
            if spec.facts:
                _check_facts(spec.path(data_dir), ((row[3], row[4]) for row in log.rows))
            files.append(spec.path(data_dir))
        files.append(data_dir / "scrapes.csv")
    except OSError as error:
        raise InputError(Path(error.filename), 0, f"cannot be read: {error.strerror}") from error
    rows = {}
    for table in CURATED:
        rows[table.name] = read_curated(table.path(data_dir), table)
        files.append(table.path(data_dir))
    _check_references(data_dir, rows)
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


def _check_references(data_dir: Path, rows: dict[str, list[dict[str, str]]]) -> None:
    """A workload or source named in one curated table must stand in the other."""
    workloads = {row["workload"] for row in rows["workloads"]}
    for table in CURATED:
        if "workload" not in table.columns or table.name == "workloads":
            continue
        for line, row in enumerate(rows[table.name], 2):
            if row["workload"] and row["workload"] not in workloads:
                raise InputError(table.path(data_dir), line, f"workload {row['workload']!r} is not in workloads.csv")
    for line, row in enumerate(rows["workloads"], 2):
        if row["runs_as"] and row["runs_as"] not in workloads:
            path = data_dir / "curated" / "workloads.csv"
            raise InputError(path, line, f"runs_as names {row['runs_as']!r}, which is no workload")
    sources = {row["source"] for row in rows["sources"]}
    for name in ("curated", *(spec.name for spec in (log_specs.SAGEMAKER_API, *HARDWARE_LOGS, *REGION_LOGS))):
        if name not in sources:
            raise InputError(data_dir / "curated" / "sources.csv", 0, f"the source {name!r} has no row")
    runs_as = {row["workload"]: row["runs_as"] for row in rows["workloads"]}
    for name, column in (("kms_rules", "outcome_with_local_storage"), ("volume_size_rules", "on_local_storage")):
        path = data_dir / "curated" / f"{name}.csv"
        for line, row in enumerate(rows[name], 2):
            if row[column] == "inherit" and not runs_as[row["workload"]]:
                raise InputError(path, line, f"inherit, but workloads.csv does not say as what {row['workload']} runs")


def _load_log(connection: duckdb.DuckDBPyConnection, name: str, data_dir: Path, spec: log_specs.LogSpec) -> None:
    columns = dict.fromkeys(spec.columns, "VARCHAR") | {"observed_on": "DATE"}
    if spec.is_listing:
        columns |= {"is_listed": "BOOLEAN"}
    _load_csv(connection, name, spec.path(data_dir), columns)


def _load_hardware(connection: duckdb.DuckDBPyConnection, data_dir: Path) -> None:
    """Bring all hardware sources, the curated one included, into one table with their name."""
    parts = ["SELECT 'curated' AS source, observed_on, origin, ec2_type, fact, value, url FROM input_hardware_curated"]
    connection.execute("ALTER TABLE input_hardware RENAME TO input_hardware_curated")
    for spec in HARDWARE_LOGS:
        _load_log(connection, f"log_{spec.name}", data_dir, spec)
        parts.append(f"SELECT '{spec.name}', observed_on, origin, ec2_type, fact, value, NULL FROM log_{spec.name}")
    connection.execute("CREATE TEMP TABLE input_hardware AS " + " UNION ALL ".join(parts))


def _load_regions(connection: duckdb.DuckDBPyConnection, data_dir: Path) -> None:
    parts = []
    for spec in REGION_LOGS:
        _load_log(connection, f"log_{spec.name}", data_dir, spec)
        parts.append(f"SELECT '{spec.name}' AS source, * FROM log_{spec.name}")
    connection.execute("CREATE TEMP TABLE input_region_lists AS " + " UNION ALL BY NAME ".join(parts))


def _load_fact_names(connection: duckdb.DuckDBPyConnection) -> None:
    storage = {column.name for column in STORAGE_FACTS}
    connection.execute("CREATE TEMP TABLE fact_names (fact VARCHAR, is_storage_fact BOOLEAN)")
    connection.executemany("INSERT INTO fact_names VALUES (?, ?)", [(c.name, c.name in storage) for c in FACTS])


def _load_csv(connection: duckdb.DuckDBPyConnection, name: str, path: Path, columns: dict[str, str]) -> None:
    typed = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
    connection.execute(
        f"CREATE TEMP TABLE {name} AS SELECT * FROM read_csv(?, header = true, auto_detect = false, delim = ',', "
        f"quote = '\"', escape = '\"', nullstr = '', columns = {{{typed}}})",
        [str(path)],
    )
