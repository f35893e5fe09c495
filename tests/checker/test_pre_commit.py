"""The hook for pre-commit."""

from __future__ import annotations

import re
import shlex

import yaml

from tests.checker.test_corpus import CORPUS, FILES
from tests.cli.conftest import ROOT, Run, kb

__all__ = ["kb"]

(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def test_the_hook_installs_what_the_extra_names() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert sorted(HOOK["additional_dependencies"]) == sorted(project["optional-dependencies"]["check"])
    assert HOOK["language"] == "python"


def test_the_hook_runs_over_files_of_all_formats(kb: Run) -> None:
    program, *arguments = shlex.split(HOOK["entry"])
    assert program == "kb"
    names = [name for name in FILES if re.search(HOOK["files"], name)]
    assert len(names) > 100
    found = kb(*arguments, *(CORPUS / name for name in names))
    assert found.status == 1
    assert "error key-rejected" in found.stdout
    assert kb(*arguments, CORPUS / "requests" / "optimization.json").status == 0
