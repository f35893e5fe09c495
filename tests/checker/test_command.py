"""The command ``kb check``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft4Validator

from kb.dataset.paths import checkout
from kb.library.rules import RULES
from tests.checker.test_corpus import CORPUS
from tests.checker.test_reports import SCHEMA
from tests.cli.conftest import Run, kb, process

__all__ = ["kb", "process"]

REFUSED = CORPUS / "requests" / "training.json"
CLEAN = CORPUS / "requests" / "training-output-key.json"
WARNED = CORPUS / "cloudformation" / "one-line.json"


def test_text_says_where_what_why_and_what_to_do(kb: Run) -> None:
    found = kb("check", REFUSED)
    assert found.status == 1
    first, *rest = found.stdout.splitlines()
    assert first == f"{REFUSED}:5: error key-rejected in job"
    text = " ".join(" ".join(rest).split())
    assert "ml.g5.xlarge has 1 x 250 GB of local NVMe SSD storage" in text
    assert "leave the volume key out and give an output key" in text
    assert found.stderr.startswith("1 file: 1 error, 1 note; data version 20")


def test_clean_files_end_with_success(kb: Run) -> None:
    found = kb("check", CLEAN)
    assert (found.status, found.stdout) == (0, "")
    assert found.stderr.startswith("1 file: no findings")


@pytest.mark.parametrize(
    ("file", "fail_on", "status"),
    [
        (REFUSED, "error", 1),
        (REFUSED, "never", 0),
        (WARNED, "error", 0),
        (WARNED, "warning", 1),
        (CLEAN, "note", 0),
        (CORPUS / "requests" / "automl.json", "note", 1),
        (CORPUS / "requests" / "automl.json", "warning", 0),
        (CORPUS / "cloudformation" / "suppressed-resource.yaml", "note", 0),
    ],
)
def test_fail_on(kb: Run, file: Path, fail_on: str, status: int) -> None:
    assert kb("check", file, "--fail-on", fail_on).status == status


def test_a_named_file_that_cannot_be_read_fails_and_a_found_one_does_not(kb: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"sagemaker": ')
    assert kb("check", tmp_path / "broken.json").status == 1
    assert kb("check", tmp_path / "nothing.json").status == 1
    found = kb("check", tmp_path)
    assert found.status == 0
    assert "warning unreadable" in found.stdout
    assert kb("check", "--lenient", tmp_path / "broken.json").status == 0


def test_lenient_passes_over_what_has_nothing_to_do_with_sagemaker(kb: Run, tmp_path: Path) -> None:
    (tmp_path / "helm.yaml").write_text("{{ if .x }}\na: b\n{{ end }}\n")
    assert kb("check", tmp_path / "helm.yaml").status == 1
    found = kb("check", "--lenient", tmp_path / "helm.yaml")
    assert (found.status, found.stdout) == (0, "")


def test_json(kb: Run) -> None:
    for option in (("--json",), ("--format", "json")):
        data = kb("check", REFUSED, CLEAN, *option).json
        assert [(each["file"], each["format"]) for each in data["files"]] == [
            (str(REFUSED), "API request"),
            (str(CLEAN), "API request"),
        ]
        assert data["findings"][0]["rule"] == "key-rejected"
        assert data["findings"][0]["severity"] == "error"
        assert data["findings"][0]["outcome"] == "rejected"
        assert data["findings"][0]["suppressed"] is None


def test_sarif_and_junit(kb: Run) -> None:
    found = kb("check", REFUSED, "--format", "sarif")
    assert found.status == 1
    assert list(Draft4Validator(SCHEMA).iter_errors(found.json)) == []
    assert kb("check", REFUSED, "--format", "junit").stdout.startswith("<?xml version='1.0' encoding='utf-8'?>")


def test_standard_input(process: Run) -> None:
    found = process("check", "-", "--json", stdin=REFUSED.read_bytes())
    assert found.status == 1
    assert found.json["findings"][0]["file"] == "stdin"
    hcl = (CORPUS / "terraform" / "endpoint.tf").read_bytes()
    found = process("check", "-", "--stdin-name", "main.tf", "--json", stdin=hcl)
    assert found.json["files"] == [{"file": "main.tf", "format": "Terraform"}]
    assert found.json["findings"][0]["line"] == 3


def test_folders_and_patterns(kb: Run) -> None:
    folder = kb("check", CORPUS / "requests", "--json").json
    assert {each["format"] for each in folder["files"]} == {"API request", None}
    pattern = kb("check", CORPUS / "requests" / "train*.json", "--json").json
    assert len(pattern["files"]) == 4


def test_the_region_and_required_keys(kb: Run) -> None:
    file = CORPUS / "cloudformation" / "not-in-region.yaml"
    assert [each["rule"] for each in kb("check", file, "--region", "eu-west-3", "--json").json["findings"]] == [
        "not-in-region"
    ]
    found = kb("check", file, "--region", "nowhere-1")
    assert (found.status, "unknown Region 'nowhere-1'" in found.stderr) == (1, True)
    required = CORPUS / "requests" / "require-key.json"
    assert kb("check", required).status == 0
    assert kb("check", required, "--require-key").status == 1


def test_the_configuration(kb: Run, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('fail-on = "never"\n[[ignore]]\nrules = ["key-rejected"]\nreason = "known"\nresource = "job"\n')
    found = kb("check", REFUSED, "--config", config)
    assert (found.status, "key-rejected" in found.stdout) == (0, False)
    assert "1 suppressed" in found.stderr
    config.write_text('[[ignore]]\nrules = ["not-offered"]\nreason = "known"\n')
    found = kb("check", REFUSED, "--config", config)
    assert f"{config}:1: warning suppression" in found.stdout
    config.write_text("nonsense = 1\n")
    found = kb("check", REFUSED, "--config", config)
    assert (found.status, "unknown name 'nonsense'" in found.stderr) == (1, True)


def test_quiet_leaves_notes_and_the_summary_out(kb: Run) -> None:
    found = kb("check", REFUSED, "--quiet")
    assert found.stderr == ""
    assert "note" not in found.stdout
    assert "error key-rejected" in found.stdout


def test_rules_are_explained(kb: Run) -> None:
    text = kb("check", "--rules").stdout
    for rule in RULES.values():
        assert f"{rule.id} ({rule.severity.word}): {rule.title}." in text


def test_control_characters_do_not_reach_the_terminal(kb: Run, tmp_path: Path) -> None:
    request = {"TransformJobName": "\x1b[31m", "TransformResources": {"InstanceType": "ml.\x1b[2J"}}
    (tmp_path / "a.json").write_text(json.dumps(request))
    assert "\x1b" not in kb("check", tmp_path / "a.json").stdout


def without(*packages: str) -> str:
    return "import sys\n" + "".join(f"sys.modules[{name!r}] = None\n" for name in packages)


def test_json_needs_no_extra_and_the_rest_says_what_is_missing(process: Run) -> None:
    before = without("cfnlint", "hcl2", "yaml", "duckdb", "boto3", "botocore")
    for name in ("requests", "pipelines", "plans", "cloudtrail"):
        found = process("check", CORPUS / name, "--json", before=before)
        rules = [each["rule"] for each in found.json["findings"]]
        assert "key-rejected" in rules
        missing = [each["file"] for each in found.json["findings"] if each["rule"] == "unreadable"]
        assert all(file.endswith(".yaml") for file in missing)
    plain = process("check", CORPUS / "cloudformation" / "one-line.json", "--json", before=before)
    assert [each["rule"] for each in plain.json["findings"]] == ["key-covers-ebs-only"]
    functions = process("check", CORPUS / "cloudformation" / "cdk-endpoint.json", "--json", before=before)
    assert [each["rule"] for each in functions.json["findings"]] == ["not-checked"]
    assert "pip install 'sagemaker-storage-kb[check]'" in functions.json["findings"][0]["message"]
    for name in ("cloudformation/sub.yaml", "terraform/endpoint.tf"):
        found = process("check", CORPUS / name, before=before)
        assert found.status == 1
        assert "pip install 'sagemaker-storage-kb[check]'" in " ".join(found.stdout.split())


def test_nothing_heavy_is_imported_for_a_request() -> None:
    code = (
        "import sys; from kb.cli.app import cli\n"
        f"try: cli.main(['check', {str(CLEAN)!r}])\nexcept SystemExit: pass\n"
        "print({'cfnlint', 'hcl2', 'yaml', 'boto3', 'duckdb'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_readme_lists_the_rules() -> None:

    root = checkout()
    assert root is not None
    text = (root / "kb" / "checker" / "README.md").read_text(encoding="utf-8")
    rows = [f"| `{rule.id}` | {rule.severity.word} | {rule.title} |" for rule in RULES.values()]
    assert "\n".join(rows) in text
