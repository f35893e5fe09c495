"""The snapshot: what is read, what is refused, and what importing costs."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import kb
from kb._version import SCHEMA_VERSION
from kb.dataset.paths import snapshot_file
from kb.dataset.schema import table
from kb.library import verdicts
from kb.library.model import Change
from kb.library.snapshot import Snapshot


def test_only_the_standard_library_is_imported() -> None:
    code = (
        "import sys; before = set(sys.modules); import kb; kb.lookup('ml.g5.xlarge'); "
        "kb.volume_kms('ml.g5.xlarge', 'training', as_of='2024-01-01'); kb.find(workload='training'); "
        "kb.diff('2024-01-01', '2025-01-01'); "
        "print(*{m.partition('.')[0] for m in set(sys.modules) - before} - set(sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["kb"]


def test_a_lookup_of_facts_loads_nothing_else() -> None:
    code = (
        "import sys; before = set(sys.modules); import kb; kb.lookup('ml.g5.xlarge'); "
        "print(*sorted(name for name in set(sys.modules) - before if name.partition('.')[0] == 'kb'))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = "kb kb._version kb.errors kb.library kb.library.instance_type kb.library.lookup kb.library.record"
    assert done.stdout.split() == [*loaded.split(), "kb.library.snapshot"]


def test_public_names_come_when_they_are_asked_for() -> None:
    names = ", ".join(name for name in kb.__all__ if name != "__version__")
    code = (
        f"import kb; assert set(kb.__all__) <= set(dir(kb)); from kb import {names}; print(Outcome, kb.errors.KBError)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "<enum 'Outcome'> <class 'kb.errors.KBError'>\n"


def test_importing_alone_reads_nothing() -> None:
    code = (
        "import kb, sys; module = sys.modules['kb.library.lookup']; assert module._snapshot is None; "
        "kb.DATA_VERSION; assert module._snapshot"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_attributes_are_the_columns_of_the_database() -> None:
    declared = {column.name for column in table("instance_types").columns}
    assert set(kb.InstanceType._fields) - {"valid_from", "valid_to"} == declared
    kinds = {"VARCHAR": "str", "BOOLEAN": "bool", "INTEGER": "int", "BIGINT": "int", "DOUBLE": "float", "DATE": "date"}
    for column in table("instance_types").columns:
        expected = kinds[column.type] + ("" if column.required else " | None")
        assert kb.InstanceType.__annotations__[column.name] == expected, column.name


def test_a_missing_snapshot_is_named(tmp_path: Path) -> None:
    with pytest.raises(kb.SnapshotError, match=r"nothing\.txt: cannot be read .*run `kb build`"):
        Snapshot(str(tmp_path / "nothing.txt"))


def test_a_snapshot_of_another_version_is_refused(tmp_path: Path) -> None:
    text = (
        snapshot_file().read_text(encoding="utf-8").replace(f"schema_version\t{SCHEMA_VERSION}", "schema_version\t99")
    )
    path = tmp_path / "snapshot.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(kb.SnapshotError, match="schema version 99"):
        Snapshot(str(path))


@pytest.mark.parametrize("share", [0, 0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.999, 0.999999])
def test_a_snapshot_cut_off_anywhere_is_refused(tmp_path: Path, share: float) -> None:
    content = snapshot_file().read_bytes()
    path = tmp_path / "snapshot.txt"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(kb.SnapshotError, match="not a lookup snapshot, or cut off"):
        Snapshot(str(path))


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.txt"
    path.write_bytes(b"\xff\xfe\x00binary")
    with pytest.raises(kb.SnapshotError):
        Snapshot(str(path))


def test_a_byte_more_or_less_is_refused(tmp_path: Path) -> None:
    content = snapshot_file().read_bytes()
    path = tmp_path / "snapshot.txt"
    for middle in (content.index(b"\n[answers]"), len(content) // 2, len(content) - 10):
        for changed in (content[:middle] + b"x" + content[middle:], content[:middle] + content[middle + 1 :]):
            path.write_bytes(changed)
            with pytest.raises(kb.SnapshotError, match="not a lookup snapshot, or cut off"):
                Snapshot(str(path))


def test_a_byte_that_is_no_text_is_refused(tmp_path: Path) -> None:
    content = bytearray(snapshot_file().read_bytes())
    content[len(content) // 2] = 0xFF
    path = tmp_path / "snapshot.txt"
    path.write_bytes(content)
    with pytest.raises(kb.SnapshotError, match="cannot be read"):
        Snapshot(str(path))


def test_text_of_other_languages_is_read(tmp_path: Path) -> None:
    text = snapshot_file().read_text(encoding="utf-8")
    title = Snapshot(str(snapshot_file())).title("training")
    path = tmp_path / "snapshot.txt"
    # as many bytes as before, so that the index still fits
    path.write_text(text.replace(f"\ntraining\t{title}\t", f"\ntraining\t\u00e9{title[2:]}\t"), encoding="utf-8")
    assert Snapshot(str(path)).title("training") == f"\u00e9{title[2:]}"


@pytest.mark.parametrize("section", ["answers", "texts", "ml.g5.xlarge"])
def test_damage_inside_is_told_where_it_is_met(tmp_path: Path, section: str) -> None:
    content = snapshot_file().read_bytes()
    path = tmp_path / "snapshot.txt"
    path.write_bytes(content.replace(f"\n[{section}]\n".encode(), f"\n[{section[:-1]}?]\n".encode()))
    data = Snapshot(str(path))
    with pytest.raises(kb.SnapshotError, match=f"damaged at the section {section}; run `kb build`"):
        verdicts.answer(data, "ml.g5.xlarge", "training", None)
    assert data.spans("ml.g5.2xlarge")


def test_the_snapshot_of_another_release_is_named(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.txt"
    path.write_text("# The lookup snapshot\n[meta]\nschema_version\t2\n[versions]\n2017.11.29\t1\tx\n[end]\n")
    with pytest.raises(kb.SnapshotError, match=f"schema version 2, but this reads {SCHEMA_VERSION}"):
        Snapshot(str(path))


def test_records_are_values() -> None:
    one, other = kb.lookup("ml.g5.xlarge"), kb.lookup("ml.g5.2xlarge")
    assert one != other
    assert one == copy.deepcopy(one) == pickle.loads(pickle.dumps(one))
    assert len({one, copy.copy(one), other}) == 2
    assert "instance_type='ml.g5.xlarge'" in repr(one)
    assert one != "ml.g5.xlarge"
    with pytest.raises(AttributeError, match="cannot be changed"):
        one.family = "g6"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="cannot be changed"):
        del one.family
    with pytest.raises(TypeError, match="takes exactly"):
        Change(kind="fact")  # type: ignore[call-arg]
    verdict = kb.volume_kms("ml.g5.xlarge", "training")
    assert hash(verdict) == hash(pickle.loads(pickle.dumps(verdict)))


def test_as_dict_holds_plain_values() -> None:
    import json

    for value in (kb.lookup("ml.g5.xlarge"), kb.volume_kms("ml.g5.xlarge", "endpoint"), *kb.versions()[:1]):
        plain = value.as_dict()
        assert json.loads(json.dumps(plain)) == plain
    plain = kb.volume_kms("ml.g5.xlarge", "endpoint").as_dict()
    assert plain["outcome"] == "not_applied"
    assert plain["evidence"][0]["since"] == "2026-06-10"


def test_a_missing_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['duckdb'] = None\nimport kb\n"
        "try: kb.connect()\nexcept kb.MissingExtraError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "needs the package 'duckdb': pip install 'sagemaker-storage-kb[build]'" in done.stdout


def test_an_unknown_attribute_is_an_ordinary_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        kb.nothing  # noqa: B018


def test_everything_public_is_documented() -> None:
    for name in kb.__all__:
        if name in ("DATA_VERSION", "__version__"):
            continue
        assert getattr(kb, name).__doc__, name
