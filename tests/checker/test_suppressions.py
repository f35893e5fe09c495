"""Passing over findings: comments, and the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.checker.model import Options
from kb.checker.run import check_bytes, needless_rows
from kb.checker.suppressions import Config, ConfigError, read_config
from kb.library.rules import Severity

TEMPLATE = """Resources:
  One:
    Type: AWS::SageMaker::NotebookInstance
    Properties: {RoleArn: r, InstanceType: ml.g5.xlarge, KmsKeyId: k}
  Two:
    Type: AWS::SageMaker::NotebookInstance
    Properties: {RoleArn: r, InstanceType: ml.g5.xlarge, KmsKeyId: k}
"""


def config(tmp_path: Path, text: str) -> Config:
    file = tmp_path / "config.toml"
    file.write_text(text)
    return read_config(file)


def ignore(**lines: str) -> str:
    return "[[ignore]]\n" + "".join(f"{name} = {value}\n" for name, value in lines.items())


def passed_over(settings: Config, name: str = "infra/template.yaml") -> list[str]:
    result = check_bytes(TEMPLATE.encode(), name, Options(), settings)
    return [each.resource for each in result.findings if each.suppressed is not None]


def test_a_row_passes_over_findings_with_its_reason(tmp_path: Path) -> None:
    settings = config(tmp_path, ignore(rules='["key-covers-ebs-only"]', reason='"scratch only"'))
    result = check_bytes(TEMPLATE.encode(), "a.yaml", Options(), settings)
    assert [each.suppressed for each in result.findings] == ["scratch only"] * 2


@pytest.mark.parametrize(
    ("files", "resource", "expected"),
    [
        ("infra/*.yaml", None, ["One", "Two"]),
        ("*.yaml", "T*", ["Two"]),
        ("template.yaml", "One", ["One"]),
        ("other/*", None, []),
        ("infra/*.yaml", "Three", []),
    ],
)
def test_rows_may_be_for_some_files_and_resources(
    tmp_path: Path, files: str, resource: str | None, expected: list[str]
) -> None:
    lines = {"rules": '["key-covers-ebs-only"]', "reason": '"why"', "files": f'"{files}"'}
    lines |= {"resource": f'"{resource}"'} if resource else {}
    assert passed_over(config(tmp_path, ignore(**lines))) == expected


def test_a_row_that_passes_over_nothing_in_its_files_is_reported(tmp_path: Path) -> None:
    rows = ignore(rules='["key-rejected"]', reason='"why"') + ignore(
        rules='["key-rejected"]', reason='"why"', files='"elsewhere/*"'
    )
    settings = config(tmp_path, rows)
    results = [check_bytes(TEMPLATE.encode(), "a.yaml", Options(), settings)]
    (finding,) = needless_rows(settings, results, "config.toml")
    assert (finding.rule, finding.severity) == ("suppression", Severity.WARNING)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("region = ", "cannot be read"),
        ("regions = 'x'", "unknown name 'regions'"),
        ("region = 5", "region must be a string"),
        ("fail-on = 'sometimes'", "fail-on must be one of"),
        ("exclude = [1]", "exclude must be a list of strings"),
        ("ignore = [1]", "number 1 must be a table"),
        (ignore(rules='["key-rejected"]'), "reason is missing"),
        (ignore(rules='["key-rejected"]', reason='" "'), "reason is missing"),
        (ignore(rules='["no-such-rule"]', reason='"why"'), "no rule no-such-rule; the rules are key-rejected"),
        (ignore(reason='"why"'), "no rule is named"),
        (ignore(rules='["key-rejected"]', reason='"why"', file='"a"'), "unknown name 'file'"),
    ],
)
def test_a_configuration_with_a_fault_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        config(tmp_path, text)


def test_a_missing_configuration_is_refused_only_where_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_config(None) == Config()
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(tmp_path / "nothing.toml")


def test_the_configuration_of_the_current_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "region = 'eu-west-1'\nrequire-key = true\nfail-on = 'note'\nexclude = ['vendor/*']\n"
    (tmp_path / ".kb-check.toml").write_text(text)
    settings = read_config(None)
    assert (settings.region, settings.require_key, settings.fail_on) == ("eu-west-1", True, "note")
    assert settings.excludes("a/vendor/b.yaml")
    assert settings.excludes("vendor/b.yaml")
    assert not settings.excludes("a/vendors/b.yaml")


def test_a_comment_cannot_pass_over_that_a_file_cannot_be_read() -> None:
    result = check_bytes(b"# kb:ignore[unreadable] because\na: {\n", "a.yaml", Options(), Config())
    assert [each.suppressed for each in result.findings if each.rule == "unreadable"] == [None]
