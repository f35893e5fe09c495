"""A wheel, unpacked alone where no other package is, answers lookups and carries the inputs of a build."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest

from kb.dataset.paths import checkout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root, folder = checkout(), tmp_path_factory.mktemp("wheel")
    assert root is not None
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(root),
    ]
    subprocess.run(command, check=True, cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(wheel).extractall(target)
    return target


def run(code: str, path: Path, *flags: str, **environment: str) -> str:
    bootstrap = f"import sys; sys.path.insert(0, {str(path)!r})\n"
    done = subprocess.run(
        [sys.executable, *flags, "-c", bootstrap + code],
        check=True,
        capture_output=True,
        text=True,
        cwd=path.parent,
        env={name: value for name, value in os.environ.items() if not name.startswith("KB_")} | environment,
    )
    return done.stdout


def test_the_wheel_alone_answers(unpacked: Path) -> None:
    code = "import kb; print(kb.__file__); print(kb.volume_kms('ml.g5.xlarge', 'training').outcome, kb.DATA_VERSION)"
    where, answer = run(code, unpacked, "-I", "-S").splitlines()
    assert where.startswith(str(unpacked))
    assert answer.startswith("rejected 20")


def test_the_wheel_makes_a_policy_without_its_data_files(unpacked: Path, tmp_path: Path) -> None:
    shutil.copytree(unpacked / "kb", tmp_path / "bare" / "kb", ignore=shutil.ignore_patterns("_data", "_queries"))
    code = "from kb.policy import make_policy; print(make_policy(fold_families=True).documents[0]['Version'])"
    assert run(code, tmp_path / "bare", "-I", "-S") == "2012-10-17\n"


@pytest.fixture(scope="module")
def cache(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder in which a person who installed the wheel has run its commands."""
    folder = tmp_path_factory.mktemp("cache")
    commands = f"""from kb.cli.app import cli
cli(["build", "--snapshot", {str(folder / "snapshot.txt")!r}], standalone_mode=False)
cli(["export", "--format", "parquet"], standalone_mode=False)
"""
    run(commands, unpacked, XDG_CACHE_HOME=str(folder))
    return folder


def test_the_wheel_builds_the_database(unpacked: Path, cache: Path) -> None:
    where, types = run(
        "import kb; from kb.dataset.paths import snapshot_file; print(snapshot_file(), len(kb.find()))", unpacked
    ).split()
    assert where == str(unpacked / "kb" / "snapshot.txt")
    assert (cache / "snapshot.txt").read_bytes() == Path(where).read_bytes()
    with duckdb.connect(str(cache / "sagemaker-storage-kb" / "kb.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM instance_types").fetchone() == (int(types),)


def test_the_wheel_exports_and_connects_by_itself(unpacked: Path, cache: Path) -> None:
    """`kb.connect()` finds what the commands made."""
    ask = """import kb
connection = kb.connect()
print(kb.__file__)
print(connection.execute("PRAGMA database_list").fetchone()[2])
print(connection.execute("SELECT count(*) FROM kms_verdicts").fetchone()[0] == len(kb.find()) * len(kb.workloads()))
"""
    where, database, has_all = run(ask, unpacked, XDG_CACHE_HOME=str(cache)).splitlines()
    home = cache / "sagemaker-storage-kb"
    assert where.startswith(str(unpacked))
    assert (database, has_all) == (str(home / "kb.duckdb"), "True")
    assert sorted(each.name for each in (home / "export").iterdir()) == ["SHA256SUMS", "parquet"]


def test_without_duckdb_connect_names_the_extra(unpacked: Path) -> None:
    code = "import kb\ntry: kb.connect()\nexcept kb.MissingExtraError as error: print(error)"
    assert run(code, unpacked, "-I", "-S") == (
        "The database needs the package 'duckdb': pip install 'sagemaker-storage-kb[build]'\n"
    )


def test_the_wheel_holds_what_it_should(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"kb/snapshot.txt", "kb/py.typed", "kb/_data/scrapes.csv", "kb/pipeline/sql/70_verdicts.sql"} <= names
    assert not {name.split("/")[0] for name in names} - {
        "kb",
        next(n for n in names if ".dist-info/" in n).split("/")[0],
    }
    assert wheel.stat().st_size < 3_000_000
