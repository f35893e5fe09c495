"""A small but complete data directory made by code, that tests then vary."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import duckdb

from kb.dataset import log_specs, logs
from kb.dataset.curated import CURATED, CuratedTable
from kb.dataset.schema import TABLES
from kb.pipeline import BuildResult, build, inputs
from kb.pipeline.runner import SQL_DIR

LAUNCH = "2017-11-29"
Cells = dict[str, str]

#: What an example row says in a column that must say something.
_DEFAULTS = {"VARCHAR": "something", "DATE": "2026-01-01", "BOOLEAN": "false", "INTEGER": "1", "BIGINT": "1"}
_ADDRESS = "https://example.com/"
_LOCAL = {"has_instance_store": "true", "nvme_support": "required", "instance_store_encryption": "required"}
_PLAIN = {"has_instance_store": "false", "instance_store_gb": "0"}


class MiniData:
    """Rows of every input, in memory until `write` puts them into canonical files.

    Seven types (six of EC2, one of which only the price list has, and an accelerator) and four workloads: `training`
    and `endpoint` with rules of their own, `experiment` that runs as `endpoint`, and `automl`, whose request names no
    type. An empty one has the sources only. Only the three packaged sources have logs until a test adds to the others.
    """

    def __init__(self, root: Path, *, empty: bool = False) -> None:
        self.root = root
        self.curated: dict[str, list[Cells]] = {table.name: [] for table in CURATED}
        self.rows: dict[str, dict[tuple[str, ...], tuple[str, str]]] = {name: {} for name in log_specs.SPECS}
        self.readings: dict[tuple[str, str], dict[str, int]] = {}
        self._fill_sources()
        if not empty:
            self._fill_workloads()
            self._fill_types()

    # -- rows ---------------------------------------------------------------------------------------------------------

    def add(self, table: str, **cells: str) -> Cells:
        """Add a row to a curated table; what is not given is filled with something valid, or left empty."""
        form = _form(table)
        row = {name: cells.pop(name, _default(form, name)) for name in form.columns}
        assert not cells, f"{table} has no column {', '.join(cells)}"
        self.curated[table].append(row)
        return row

    def line(self, table: str, row: Cells) -> int:
        """The line in which a row will stand in its file."""
        return next(line for line, other in enumerate(self._ordered(table), 2) if other is row)

    def drop(self, table: str, **match: str) -> None:
        """Take out the rows whose cells are as given; there must be one at least."""
        kept = [row for row in self.curated[table] if any(row[name] != cell for name, cell in match.items())]
        assert len(kept) < len(self.curated[table]), f"{table} has no row with {match}"
        self.curated[table] = kept

    def change(self, table: str, match: Cells, **cells: str) -> None:
        """Put other cells into the rows of a curated table whose cells are as in `match`."""
        found = [row for row in self.curated[table] if all(row[name] == cell for name, cell in match.items())]
        assert found, f"{table} has no row with {match}"
        for row in found:
            row.update(cells)

    def enum(self, on: str, shape: str, *values: str, listed: bool = True) -> None:
        """The API's enum has (or lacks) these values from a day on."""
        for value in values:
            self._row("sagemaker_api", on, (shape, value), "true" if listed else "false")

    def prices(self, on: str, component: str, region: str, *types: str, listed: bool = True) -> None:
        """A Region list has (or lacks) these types from a day on."""
        for name in types:
            self._row("region_lists", on, (component, region, name), "true" if listed else "false")

    def capture(self, on: str, ec2_type: str, **facts: str) -> None:
        """The captured EC2 API shows a type with these facts from a day on."""
        for fact, value in ({"is_present": "true"} | facts).items():
            self._row("ec2_api_capture", on, (ec2_type, fact), value)

    def price_list(self, on: str, component: str, region: str, *types: str, listed: bool = True) -> None:
        """AWS's own price list has (or lacks) these types from a day on."""
        for name in types:
            self._row("price_list", on, (component, region, name), "true" if listed else "false")

    def quota(self, on: str, usage: str, region: str, *types: str, listed: bool = True) -> None:
        """These types have (or lack) a service quota from a day on."""
        for name in types:
            self._row("service_quotas", on, (usage, region, name), "true" if listed else "false")

    def ec2_api(self, on: str, ec2_type: str, region: str = "all", **facts: str) -> None:
        """The live EC2 API says this of a type from a day on: in one Region, or everywhere that has it.

        Presence is of one Region; without a Region, us-east-1 has the type.
        """
        if region == "all":
            facts = {"is_present": "true"} | facts
        for fact, value in facts.items():
            place = "us-east-1" if (fact, region) == ("is_present", "all") else region
            self._row("ec2_api", on, (ec2_type, fact, place), value)

    def guide(self, on: str, ec2_type: str, **facts: str) -> None:
        """The EC2 guide shows a type with these facts from a day on."""
        for fact, value in ({"is_present": "true"} | facts).items():
            self._row("ec2_guide", on, (ec2_type, fact), value)

    def nitro(self, on: str, entry: str, version: str = "", *, present: bool = True) -> None:
        """The Nitro page has (or lacks) a family or type from a day on."""
        self._row("nitro_page", on, (entry, "is_present"), "true" if present else "false")
        if version:
            self._row("nitro_page", on, (entry, "nitro_version"), version)

    def watch(self, sentence: str, workloads: str = "training", bears_on: str = "volume_kms", **cells: str) -> None:
        """A sentence on which the rules of these workloads rest."""
        row = {"source": "sagemaker_docs", "document": "document", "place": f"place of {sentence}"}
        self.add("watched_sentences", sentence_id=sentence, workloads=workloads, bears_on=bears_on, **row | cells)

    def sentence(self, on: str, sentence: str, wording: str | None) -> None:
        """A watched sentence reads so from a day on; None where it is not there. A wording is a hex digit."""
        source = next(row["source"] for row in self.curated["watched_sentences"] if row["sentence_id"] == sentence)
        self._row(source, on, (sentence, "is_present"), "false" if wording is None else "true")
        if wording is not None:
            self._row(source, on, (sentence, "fingerprint"), wording * 16)

    def confirm(self, sentence: str, wording: str | None, on: str = "2026-11-11") -> None:
        """A person compared this wording with the rules, and they agree."""
        fingerprint = "absent" if wording is None else wording * 16
        self.add("confirmations", sentence_id=sentence, fingerprint=fingerprint, confirmed_on=on)

    def hardware(self, on: str, ec2_type: str, **facts: str) -> None:
        """Curated hardware facts."""
        for fact, value in facts.items():
            self.add("hardware", observed_on=on, ec2_type=ec2_type, fact=fact, value=value, origin=f"guide {on}")

    def read(self, on: str, source: str, rows_seen: int = 100, document: str = "document") -> None:
        """A document of the source was read on a day, whether or not anything was new."""
        self.readings.setdefault((on, source), {})[document] = rows_seen

    def rule(self, workload: str, on: str, without: str, with_storage: str, nitro: str = "", **cells: str) -> None:
        """What an API does with a key from a day on."""
        documentation = "no_parameter" if without == "no_key_parameter" else "documented"
        row = {
            "rule_id": f"{workload}-{on}",
            "workload": workload,
            "effective_from": on,
            "release": f"1.0.{on.replace('-', '')}",
            "api_member": "" if documentation == "no_parameter" else f"{workload}.Key",
            "documentation": documentation,
            "outcome_without_local_storage": without,
            "outcome_without_local_storage_nitro": nitro,
            "outcome_with_local_storage": with_storage,
            "basis": "documented",
            "reason_without": f"{workload} {on}: {{type}} has no disks.",
            "reason_without_nitro": f"{workload} {on}: {{type}} is a Nitro type." if nitro else "",
            "reason_with": f"{workload} {on}: {{type}} has disks.",
        }
        if documentation == "no_parameter":
            row["reason_with"] = row["reason_without"] = f"{workload} {on}: no key."
        if with_storage == "inherit":
            row |= {"basis": "inferred", "reason_with": "", "reason_without": ""}
        self.add("kms_rules", **row | cells)

    def size_rule(self, workload: str, on: str, on_local_storage: str, **cells: str) -> None:
        """What an API does with a volume size from a day on."""
        row = {"rule_id": f"{workload}-{on}", "workload": workload, "effective_from": on, "release": f"1.0.{on}"}
        row |= {"on_local_storage": on_local_storage, "basis": "documented", "explanation": "{type}: {gb} GB."}
        if on_local_storage in ("no_parameter", "ebs_independent"):
            row["explanation"] = "The same for every type."
        if on_local_storage == "inherit":
            row |= {"basis": "inferred", "explanation": ""}
        self.add("volume_size_rules", **row | cells)

    def workload(self, name: str, introduced_on: str, **cells: str) -> None:
        """A workload; one that names types needs `enum_shape`."""
        key = {"volume_kms_key_paths": f"{name}.Key", "introduced_on": introduced_on, "title": f"{name} jobs"}
        self.add("workloads", workload=name, **key | cells)
        self.add("workload_facts", workload=name, fact="local_storage_encryption", value="hardware")

    # -- results ------------------------------------------------------------------------------------------------------

    def write(self) -> Path:
        """Write every file in canonical form and return the data directory."""
        (self.root / "observations").mkdir(parents=True, exist_ok=True)
        (self.root / "curated").mkdir(exist_ok=True)
        counts: Counter[tuple[str, str, str]] = Counter()
        for spec in log_specs.SPECS.values():
            changes = list(self._changes(spec.name))
            counts.update((row[0], spec.name, row[1]) for row in changes)
            if changes or spec.is_required:
                spec.path(self.root).write_bytes(logs.render(spec.columns, changes))
            else:
                spec.path(self.root).unlink(missing_ok=True)
        (self.root / "scrapes.csv").write_bytes(logs.render(logs.SCRAPE_COLUMNS, sorted(self._scrapes(counts))))
        for table in CURATED:
            table.path(self.root).write_bytes(_csv(table.columns, self._ordered(table.name)))
        return self.root

    def build(self, database: Path | None = None) -> BuildResult:
        """Build for real, gate included."""
        return build(self.write(), database or self.root.parent / f"{self.root.name}.duckdb", None)

    def derive(self) -> duckdb.DuckDBPyConnection:
        """Run the SQL steps on an in-memory database, without the gate; the caller closes it."""
        connection = duckdb.connect(":memory:", config={"threads": "1"})
        inputs.load(connection, self.write())
        for table in TABLES:
            connection.execute(table.create_sql())
        connection.execute("CREATE TEMP TABLE input_build_info (name VARCHAR, value VARCHAR)")
        for step in sorted(SQL_DIR.glob("[0-9]*.sql")):
            connection.execute(step.read_text(encoding="utf-8"))
        return connection

    # -- the world ----------------------------------------------------------------------------------------------------

    def _fill_sources(self) -> None:
        hardware = ("ec2_api", "ec2_api_capture", "ec2_guide", "nitro_page", "curated")
        for precedence, name in enumerate(hardware, 1):
            self.add("sources", source=name, kind="hardware", precedence=str(precedence))
        for name in log_specs.SPECS.keys() - hardware:
            self.add("sources", source=name, kind="listing")
        self.add("sdk_name_rule", element="contains_d", match_kind="contains", pattern="d")
        self.add("sdk_name_rule", element="prefix_g5", match_kind="prefix", pattern="g5")

    def _fill_workloads(self) -> None:
        self.workload("training", LAUNCH, enum_shape="TrainingType")
        self.workload("endpoint", LAUNCH, enum_shape="EndpointType", price_component="hosting")
        because = "It creates endpoints."
        self.workload("experiment", "2020-01-01", enum_shape="EndpointType", runs_as="endpoint", runs_as_reason=because)
        self.workload("automl", "2019-01-01")
        self.rule("training", LAUNCH, "no_key_parameter", "no_key_parameter")
        self.rule("training", "2018-06-01", "encrypts", "unknown", documentation="silent")
        self.rule("training", "2019-06-01", "encrypts", "rejected")
        self.rule("endpoint", LAUNCH, "encrypts", "rejected")
        self.rule("endpoint", "2024-01-01", "encrypts", "not_applied")
        self.rule("experiment", "2020-01-01", "inherit", "inherit")
        self.rule("automl", "2019-01-01", "unknown", "unknown", documentation="silent", reason_with="No type is named.")
        self.size_rule("training", LAUNCH, "at_most_local_total", minimum_gb="1", maximum_gb="")
        self.size_rule("training", "2022-01-01", "fixed_to_local_total", minimum_gb="1", maximum_gb="16384")
        self.size_rule("endpoint", LAUNCH, "undocumented", minimum_gb="1", maximum_gb="512")
        self.size_rule("experiment", "2020-01-01", "inherit", minimum_gb="2")

    def _fill_types(self) -> None:
        everywhere = ("TrainingType", "EndpointType")
        for shape in everywhere:
            self.enum(LAUNCH, shape, "ml.m5.large", "ml.t2.medium")
            self.enum("2021-03-01", shape, "ml.g5.large", "ml.g5.xlarge", "ml.m5d.large")
        self.enum("2019-03-01", "AcceleratorType", "ml.eia1.medium")
        self.prices("2026-06-05", "hosting", "eu-west-1", "ml.m5.large", "ml.r7.large")
        for name, hypervisor in (("m5.large", "nitro"), ("t2.medium", "xen"), ("r7.large", "nitro")):
            self.capture("2021-02-22", name, hypervisor=hypervisor, is_bare_metal="false", **_PLAIN)
        for name, disks, total in (
            ("g5.large", "1x250 ssd", "250"),
            ("g5.xlarge", "1x250 ssd + 2x900 ssd", "2050"),
            ("m5d.large", "1x75 ssd", "75"),
        ):
            facts = _LOCAL | {"instance_store_gb": total, "instance_store_disks": disks, "hypervisor": "nitro"}
            self.capture("2021-12-12", name, is_bare_metal="false", **facts)
        self.add("special_types", instance_type="ml.eia1.medium", kind="accelerator", explanation="An accelerator.")

    def _ordered(self, table: str) -> list[Cells]:
        key = _form(table).key
        return sorted(self.curated[table], key=lambda row: [row[name] for name in key])

    def _row(self, log: str, on: str, key: tuple[str, ...], value: str) -> None:
        self.rows[log][(on, *key)] = (_origin(log, on), value)

    def _scrapes(self, changed: Counter[tuple[str, str, str]]) -> Iterable[tuple[str, ...]]:
        """A row per document that was read; the first of a day caused all the rows of the log."""
        for on, source, origin in changed.keys() | {(*key, _origin(key[1], key[0])) for key in self.readings}:
            rows = changed[on, source, origin]
            for document, seen in sorted(self.readings.get((on, source), {"document": 100}).items()):
                yield (on, source, origin, document, "", "0" * 64, str(seen), str(rows))
                rows = 0

    def _changes(self, log: str) -> Iterable[tuple[str, ...]]:
        """Rows in order of day and key, without those that change nothing."""
        state: dict[tuple[str, ...], str] = {}
        spec = log_specs.SPECS[log]
        for (on, *key), (origin, value) in sorted(self.rows[log].items()):
            if state.get(tuple(key), "false" if spec.says_presence(tuple(key)) else "") != value:
                state[tuple(key)] = value
                yield (on, origin, *key, value)


def _origin(source: str, on: str) -> str:
    return f"{source} {on}"


def _form(name: str) -> CuratedTable:
    return next(table for table in CURATED if table.name == name)


def _default(form: CuratedTable, name: str) -> str:
    if name in form.optional:
        return ""
    if name in form.words:
        return form.words[name][0]
    if "url" in name:
        return _ADDRESS
    return _DEFAULTS[form.columns[name]]


def _csv(columns: Iterable[str], rows: Iterable[Cells]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8")
