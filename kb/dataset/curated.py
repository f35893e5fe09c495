"""The curated tables under ``data/curated``: their columns, and a strict reader that names file and row.

People edit curated tables by hand, so every cell is checked against the type and the words that its column allows
before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kb.dataset.schema.hardware import FACTS
from kb.dataset.strict_csv import is_date, read_rows
from kb.errors import InputError


def _whole_up_to(most: int) -> tuple[Callable[[str], bool], str]:
    """Whether a cell is a whole number within a limit, and how it must be."""
    return lambda cell: cell.isascii() and cell.isdigit() and int(cell) <= most, f"a whole number up to {most}"


#: Whether a cell is of a SQL type, and how it must be; text may be anything.
_FORMS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "DATE": (is_date, "a date of the form 2026-10-01"),
    "BOOLEAN": (("true", "false").__contains__, "true or false"),
    "INTEGER": _whole_up_to(2**31 - 1),
    "BIGINT": _whole_up_to(2**63 - 1),
    "DOUBLE": (re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?").fullmatch, "a plain decimal number"),
}
_BASES = ("documented", "observed", "inferred")
_OUTCOMES = ("encrypts", "rejected", "not_applied", "ebs_only", "no_key_parameter", "unknown", "inherit")


@dataclass(frozen=True)
class CuratedTable:
    """The form of one curated CSV.

    Attributes:
        name: Stem of the file; the build loads it as ``input_<name>``.
        columns: SQL type (VARCHAR, DATE, BOOLEAN, INTEGER or BIGINT) of each column, in file order.
        key: Columns that together identify a row.
        optional: Columns that may be empty.
        words: Allowed values of a column, if only some are allowed.
        unique: Columns that each identify a row, besides the key.
    """

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unique: tuple[str, ...] = ()

    def path(self, data_dir: Path) -> Path:
        """Return the file below a data directory."""
        return data_dir / "curated" / f"{self.name}.csv"


def _columns(names: str, **types: str) -> dict[str, str]:
    """Columns in file order, VARCHAR unless named in `types`."""
    return {name: types.get(name, "VARCHAR") for name in names.split(",")}


CURATED: tuple[CuratedTable, ...] = (
    CuratedTable(
        "sources",
        _columns("source,title,kind,precedence,licence,url,needs,log_file,note", precedence="INTEGER"),
        ("source",),
        frozenset({"precedence", "log_file", "note"}),
    ),
    CuratedTable(
        "workloads",
        _columns(
            "workload,title,operations,instance_type_paths,volume_kms_key_paths,volume_size_paths,enum_shape,"
            "price_component,runs_as,runs_as_reason,introduced_on,introduced_release,url",
            introduced_on="DATE",
        ),
        ("workload",),
        frozenset(
            {
                "instance_type_paths",
                "volume_kms_key_paths",
                "volume_size_paths",
                "enum_shape",
                "price_component",
                "runs_as",
                "runs_as_reason",
            }
        ),
    ),
    CuratedTable(
        "former_enums",
        _columns("workload,enum_shape,used_from,used_to,release,url,note", used_from="DATE", used_to="DATE"),
        ("workload", "used_from"),
        frozenset({"note"}),
    ),
    CuratedTable(
        "workload_facts",
        _columns("workload,fact,value,source_url,source_date,note", source_date="DATE"),
        ("workload", "fact"),
        frozenset({"note"}),
        {
            "fact": (
                "ml_volume_mount",
                "local_storage_mount",
                "ml_volume_encryption_without_key",
                "os_volume_encryption",
                "local_storage_encryption",
                "is_storage_ephemeral",
                "on_stop",
                "on_delete",
                "output_location",
                "output_encryption",
                "recommendation",
            )
        },
    ),
    CuratedTable(
        "kms_rules",
        _columns(
            "rule_id,workload,api_member,effective_from,release,documentation,outcome_without_local_storage,"
            "outcome_without_local_storage_nitro,outcome_with_local_storage,basis,reason_without,reason_without_nitro,reason_with,url,note",
            effective_from="DATE",
        ),
        ("workload", "effective_from"),
        frozenset(
            {
                "api_member",
                "outcome_without_local_storage_nitro",
                "reason_without",
                "reason_without_nitro",
                "reason_with",
                "note",
            }
        ),
        {
            "documentation": ("documented", "silent", "no_parameter"),
            "outcome_without_local_storage": _OUTCOMES,
            "outcome_without_local_storage_nitro": _OUTCOMES,
            "outcome_with_local_storage": _OUTCOMES,
            "basis": _BASES,
        },
        ("rule_id",),
    ),
    CuratedTable(
        "volume_size_rules",
        _columns(
            "rule_id,workload,api_member,effective_from,release,on_local_storage,minimum_gb,maximum_gb,default_gb,basis,explanation,url,note",
            effective_from="DATE",
            minimum_gb="BIGINT",
            maximum_gb="BIGINT",
            default_gb="BIGINT",
        ),
        ("workload", "effective_from"),
        frozenset({"api_member", "minimum_gb", "maximum_gb", "default_gb", "explanation", "url", "note"}),
        {
            "on_local_storage": (
                "at_most_local_total",
                "fixed_to_local_total",
                "ebs_independent",
                "no_parameter",
                "undocumented",
                "inherit",
            ),
            "basis": _BASES,
        },
        ("rule_id",),
    ),
    CuratedTable(
        "contradictions",
        _columns(
            "contradiction_id,workload,applies_to,says_outcome,statement,source_title,url,seen_on,newer_side,note",
            seen_on="DATE",
        ),
        ("contradiction_id",),
        frozenset({"note"}),
        {
            "applies_to": ("local_storage", "any"),
            "says_outcome": _OUTCOMES[:-1],
            "newer_side": ("rule", "contradiction", "unknown"),
        },
    ),
    CuratedTable(
        "watched_sentences",
        _columns("sentence_id,source,document,place,words,workloads,bears_on,url,note"),
        ("sentence_id",),
        frozenset({"words", "note"}),
        {
            "source": ("sagemaker_api_docs", "sagemaker_docs"),
            "bears_on": ("volume_kms", "volume_size", "workload_facts", "contradiction"),
        },
    ),
    CuratedTable(
        "confirmations",
        _columns("sentence_id,fingerprint,confirmed_on,reason", confirmed_on="DATE"),
        ("sentence_id", "fingerprint"),
    ),
    CuratedTable(
        "iam_condition_keys",
        _columns(
            "action,has_volume_kms_key,has_instance_types,has_output_kms_key,workload,url,seen_on",
            has_volume_kms_key="BOOLEAN",
            has_instance_types="BOOLEAN",
            has_output_kms_key="BOOLEAN",
            seen_on="DATE",
        ),
        ("action",),
        frozenset({"workload"}),
    ),
    CuratedTable(
        "hardware",
        _columns("observed_on,ec2_type,fact,value,origin,url,reason", observed_on="DATE"),
        ("observed_on", "ec2_type", "fact"),
        frozenset({"value"}),
        {"fact": tuple(c.name for c in FACTS)},
    ),
    CuratedTable(
        "special_types",
        _columns("instance_type,kind,explanation,source_url,seen_on", seen_on="DATE"),
        ("instance_type",),
        words={"kind": ("accelerator", "managed")},
    ),
    CuratedTable(
        "sdk_name_rule",
        _columns(
            "element,match_kind,pattern,supports_kms,sdk_release,seen_on,url", supports_kms="BOOLEAN", seen_on="DATE"
        ),
        ("element",),
        words={"match_kind": ("contains", "prefix"), "supports_kms": ("false",)},
    ),
    CuratedTable(
        "check_exceptions",
        _columns("check_name,subject,reason,added_on", added_on="DATE"),
        ("check_name", "subject"),
    ),
)


def read_curated(path: Path, table: CuratedTable) -> list[dict[str, str]]:
    """Read one curated CSV strictly.

    Returns:
        One dict per row, from column to text. An empty cell is the empty string.

    Raises:
        InputError: naming file, row and column of the first thing that is wrong.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(path, 0, f"cannot be read: {error.strerror}") from error
    rows: list[dict[str, str]] = []
    keys = (table.key, *((name,) for name in table.unique))
    seen: dict[tuple[tuple[str, ...], ...], int] = {}
    for line, cells in read_rows(content, path, tuple(table.columns)):
        row = dict(zip(table.columns, cells, strict=True))
        for name, cell in row.items():
            _check_cell(path, line, table, name, cell)
        for key in keys:
            values = tuple(row[column] for column in key)
            first = seen.setdefault((key, values), line)
            if first != line:
                stated = f"{', '.join(key)} = {', '.join(values)}"
                raise InputError(path, line, f"{stated} is already in line {first}")
        rows.append(row)
    return rows


def _check_cell(path: Path, line: int, table: CuratedTable, name: str, cell: str) -> None:
    if cell == "":
        if name not in table.optional:
            raise InputError(path, line, f"column {name} must not be empty")
        return
    if cell != cell.strip():
        raise InputError(path, line, f"column {name} has space around it: {cell!r}")
    problem = type_problem(table.columns[name], cell)
    if problem:
        raise InputError(path, line, f"column {name} {problem}, not {cell!r}")
    allowed = table.words.get(name)
    if allowed is not None and cell not in allowed:
        raise InputError(path, line, f"column {name} must be one of {', '.join(allowed)}, not {cell!r}")


def type_problem(kind: str, cell: str) -> str:
    """Say what is wrong with a cell of this SQL type; empty if nothing is."""
    if kind not in _FORMS:
        return ""
    is_right, form = _FORMS[kind]
    return "" if is_right(cell) else f"must be {form}"
