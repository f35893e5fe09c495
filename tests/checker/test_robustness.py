"""Bad files: each gets a clear finding, nothing is raised, and the other files are checked all the same."""

from __future__ import annotations

import json
import os
import random
import re
from pathlib import Path

import pytest

from kb.checker import documents, expand
from kb.checker.model import Options
from kb.checker.readers import cfn_resolver
from kb.checker.run import FileResult, check_bytes, check_target, targets
from kb.checker.suppressions import Config
from kb.library.rules import Severity
from tests.checker.test_corpus import CORPUS, FILES
from tests.effort import effort

GOOD = """AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties: {RoleArn: role, InstanceType: ml.g5.xlarge, KmsKeyId: alias/ml}
"""


def run(*names: str | Path) -> list[FileResult]:
    config = Config()
    return [check_target(target, Options(), config) for target in targets(map(str, names), config)]


def text(content: str, name: str = "template.yaml") -> FileResult:
    return check_bytes(content.encode(), name, Options(), Config())


def alias_bomb() -> str:
    lines = ['a0: &a0 ["sagemaker", x, x, x, x, x, x, x, x]']
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("broken.yaml", "Resources:\n  A: {Type: x\n", "Not valid YAML: did not find expected"),
        ("helm.yaml", "{{- if .Values.x }}\na: b\n{{- end }}\n", "Not valid YAML"),
        ("bomb.yaml", alias_bomb(), "resolves to more than 250000 nodes"),
        ("recursive.yaml", "a: &a\n  b: *a\n", "recursive"),
        ("deep.yaml", "a: " + "[" * 20_000, "nest"),
        ("tabs.yaml", "a:\n\t- b\n", "Not valid YAML"),
        ("broken.json", '{"Resources": {"A": 1,}}', "Not valid JSON: Expecting property name"),
        ("deep.json", "[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ("cut.json", '{"a": "b', "Not valid JSON: Unterminated string"),
        ("broken.tf", 'resource "a" "b" {\n  c = \n}\n', "Not valid HCL"),
        ("deep.tf", f'resource "aws_sagemaker_app" "a" {{ x = {"(" * 5_000}1{")" * 5_000}\n}}\n', "nested too deeply"),
    ],
)
def test_what_cannot_be_parsed_is_named(name: str, content: str, problem: str) -> None:
    result = text(content, name)
    assert result.format is None
    (finding,) = result.findings
    assert (finding.rule, finding.severity, finding.file) == ("unreadable", Severity.ERROR, name)
    assert re.search(problem, finding.message, re.IGNORECASE), finding.message


def test_several_documents_in_a_file_are_of_no_format_that_is_read() -> None:
    result = text("kind: sagemaker\n---\nkind: Pod\n")
    assert (result.format, result.findings) == (None, ())


def test_the_line_of_a_fault_is_told() -> None:
    assert text('{\n "a": 1,\n "b" 2\n}', "a.json").findings[0].line == 3
    assert text('a = 1\n\nresource "x" "y" {\n', "a.tf").findings[0].line >= 3
    assert text("a: 1\nb: {c: 1\n").findings[0].line >= 2


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\x7fELF\x02\x01\x00sagemaker", "zero bytes"),
        ("Resources: # sagemaker \u00e9".encode("latin-1"), "Not UTF-8 text"),
        (b"sagemaker" + b" " * documents.MAXIMUM_BYTES, "Larger than 32 MB"),
    ],
)
def test_what_is_no_text_is_named(content: bytes, problem: str) -> None:
    (finding,) = check_bytes(content, "stdin", Options(), Config()).findings
    assert problem in finding.message


def test_text_with_a_mark_is_text() -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        result = check_bytes(GOOD.encode(encoding), "stdin", Options(), Config())
        assert [finding.rule for finding in result.findings] == ["key-covers-ebs-only"]


def test_other_files_are_still_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a-broken.yaml").write_text("sagemaker: {")
    (tmp_path / "b-binary.json").write_bytes(b"sagemaker \xff\xfe")
    (tmp_path / "c-denied.yaml").write_text(GOOD)
    (tmp_path / "d-good.yaml").write_text(GOOD)
    (tmp_path / "e-loop.json").symlink_to(tmp_path / "e-loop.json")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "up").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(tmp_path / "f-pipe.json")
    opened = Path.open

    def denied(path: Path, *arguments: object, **options: object) -> object:
        if path.name == "c-denied.yaml":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", denied)
    found = {Path(each.file).name: [(f.rule, f.severity) for f in each.findings] for each in run(tmp_path)}
    warning = [("unreadable", Severity.WARNING)]
    assert found == {
        "a-broken.yaml": warning,
        "b-binary.json": warning,
        "c-denied.yaml": warning,
        "d-good.yaml": [("key-covers-ebs-only", Severity.WARNING)],
        "e-loop.json": [],
        "f-pipe.json": [],
    }


def test_a_named_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe")
    found = [each.findings[0] for each in run(tmp_path / "nothing.yaml", tmp_path / "loop", tmp_path / "pipe")]
    assert [each.message for each in found] == ["No such file.", "No such file.", "Not a regular file."]
    assert {each.severity for each in found} == {Severity.ERROR}


def test_a_file_is_checked_once(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(GOOD)
    (tmp_path / "link.yaml").symlink_to(file)
    assert len(run(tmp_path, file, tmp_path / "*.yaml", tmp_path / "link.yaml")) == 1


def test_folders_that_hold_no_sources_are_not_looked_into(tmp_path: Path) -> None:
    for name in (".git", "node_modules", ".terraform"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yaml").write_text(GOOD)
    (tmp_path / "notes.txt").write_text(GOOD)
    assert run(tmp_path) == []


def variants(count: int, kind: str) -> str:
    rows = "".join(f"        - {{VariantName: v{n}, InstanceType: {kind.format(n=n)}}}\n" for n in range(count))
    return f"""Resources:
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      KmsKeyId: alias/ml
      ProductionVariants:
{rows}"""


def test_many_variants_are_no_trouble() -> None:
    found = text(variants(2_000, "ml.g5.xlarge")).findings
    assert len(found) == 2_000


def test_more_forms_than_can_be_looked_at_are_reported_and_every_value_is_still_looked_at() -> None:
    declared = "Parameters:\n" + "".join(
        f"  P{n}: {{Type: String, AllowedValues: [ml.m5.xlarge, ml.c5.xlarge, ml.g5.xlarge]}}\n" for n in range(8)
    )
    assert expand.MAXIMUM_FORMS < 3**8
    found = text(declared + variants(8, "!Ref P{n}")).findings
    assert [each.message for each in found if each.rule == "not-checked"] == [
        "Part of the request is not known here: the request has more than 256 possible forms; every value was "
        "checked, but not every combination."
    ]
    assert len({each.line for each in found if each.rule == "key-not-applied"}) == 8


def test_many_conditions_stay_bounded() -> None:
    declared = "Parameters:\n" + "".join(f"  P{n}: {{Type: String, Default: a}}\n" for n in range(14))
    declared += "Conditions:\n" + "".join(f'  C{n}: !Equals [!Ref P{n}, "y"]\n' for n in range(14))
    found = text(declared + variants(14, "!If [C{n}, ml.g5.xlarge, ml.m5.xlarge]")).findings
    assert len({each.line for each in found if each.rule == "key-not-applied"}) == 14


@pytest.mark.parametrize(
    "definition",
    ['"${local.l{n}}${local.l{n}}"', 'var.c{n} ? local.l{n} : "x${local.l{n}}"', "[local.l{n}, local.l{n}]"],
)
@pytest.mark.parametrize("use", ["instance_type = local.l0", "for_each = local.l0\n  instance_type = each.value"])
def test_locals_that_double_at_each_step_stay_bounded(definition: str, use: str) -> None:
    rows = "".join(f"  l{n} = {definition.replace('{n}', str(n + 1))}\n" for n in range(40))
    content = f'locals {{\n{rows}  l40 = "x"\n}}\nresource "aws_sagemaker_notebook_instance" "n" {{\n  {use}\n}}\n'
    assert {finding.rule for finding in text(content, "main.tf").findings} == {"not-checked"}


def test_a_long_text_in_terraform_is_no_trouble() -> None:
    long = "sagemaker" + "x" * 200_000
    content = f'resource "aws_sfn_state_machine" "m" {{\n  definition = <<EOT\n{long}\nEOT\n}}\n'
    assert [finding.rule for finding in text(content, "main.tf").findings] == ["not-checked"]


@pytest.mark.parametrize(("limit", "value"), [("MAXIMUM_STEPS", 100), ("MAXIMUM_CONDITIONS", 9)])
def test_more_conditions_than_can_be_followed_are_reported(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    declared = "Parameters:\n  P: {Type: String, Default: a}\nConditions:\n"
    declared += "".join(f'  C{n}: !Equals [!Ref P, "{n}"]\n' for n in range(10))
    template = declared + variants(10, "!If [C{n}, ml.g5.xlarge, ml.g5.2xlarge]")

    def reasons() -> bool:
        return any("more conditions than can be followed" in each.message for each in text(template).findings)

    assert not reasons()
    monkeypatch.setattr(cfn_resolver, limit, value)
    assert reasons()


def test_an_internal_error_is_a_finding_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("something")

    monkeypatch.setattr("kb.checker.run.check", broken)
    (finding,) = text(GOOD).findings
    assert finding.rule == "unreadable"
    assert "internal error (ZeroDivisionError: something)" in finding.message


def test_unknown_and_recursive_references_are_not_checked() -> None:
    for value in ('{"Fn::Unheard": [1]}', "!Ref Notebook", "!Ref Nothing", "!FindInMap [A, B, C]", "!Select [9, [a]]"):
        template = GOOD.replace("ml.g5.xlarge", value)
        assert [finding.rule for finding in text(template).findings] == ["not-checked"], value


def resource(properties: str) -> str:
    return f'{{"Resources": {{"A": {{"Type": "AWS::SageMaker::EndpointConfig", "Properties": {properties}}}}}}}'


ODD = (
    resource("[]"),
    resource('"text"'),
    resource("null"),
    resource('{"ProductionVariants": "text"}'),
    resource('{"ProductionVariants": [null, 1, "x", []]}'),
    resource('{"ProductionVariants": [{"InstanceType": 5}], "KmsKeyId": true}'),
    resource('{"ProductionVariants": [{"InstanceType": ["ml.g5.xlarge"]}], "KmsKeyId": {"a": "b"}}'),
    resource('{"ProductionVariants": [{"InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": "many"}]}'),
    '{"Resources": {"A": null, "B": [], "C": {"Type": 5, "Properties": {}}, "D": {"Type": "AWS::SageMaker::App"}}}',
    '{"StartAt": "A", "States": {"A": null, "B": {"Type": "Task", "Resource": 5, "Branches": 5}}}',
    '{"Version": "1", "Steps": [{"Type": "Training", "Arguments": 5}]}',
    '{"Version": "1", "Steps": [{"Type": "Condition", "Arguments": {"IfSteps": 5}}]}',
    '{"format_version": "1", "resource_changes": [null, {"change": null}, {"type": 5, "change": {"after": {}}}]}',
    '{"format_version": "1", "planned_values": {"root_module": {"resources": 5, "child_modules": [5]}}}',
    '{"Records": [null, {"eventSource": 5, "eventName": null}]}',
    '{"eventSource": "sagemaker.amazonaws.com", "eventName": "CreateTrainingJob", "requestParameters": [], "a": 5}',
    '{"TrainingJobName": null, "ResourceConfig": [1, 2]}',
    '{"TrainingJobName": null, "ResourceConfig": {"InstanceGroups": {"InstanceType": {}}}}',
)


@pytest.mark.parametrize("content", ODD)
def test_members_of_a_wrong_kind_are_passed_over(content: str) -> None:
    for finding in text(content, "a.json").findings:
        assert finding.rule in ("unknown-type", "not-checked", "key-effect-unknown")


#: Pieces that damage structure rather than text only.
PIECES = (
    "",
    "{",
    "}",
    "[",
    "]",
    "null",
    '"',
    ":",
    "\n",
    "- ",
    "*a ",
    "&a ",
    "!Ref x",
    "${",
    "!If",
    "\0",
    "ml.g5.xlarge",
)


@pytest.mark.effort
@pytest.mark.parametrize("file", sorted(FILES)[::3])
def test_damaged_files_are_reported_or_read_but_never_raise(file: str) -> None:
    dice = random.Random(file)
    content = (CORPUS / file).read_text(encoding="utf-8")
    for _ in range(effort(2, 12)):
        damaged = content
        for _ in range(dice.randint(1, 3)):
            begin = dice.randrange(len(damaged) + 1)
            end = min(len(damaged), begin + dice.choice((0, 1, 5, 40)))
            damaged = damaged[:begin] + dice.choice(PIECES) + damaged[end:]
        result = check_bytes(damaged.encode("utf-8", "replace"), file, Options(), Config())
        lines = damaged.count("\n") + 1
        assert all(1 <= finding.line <= lines for finding in result.findings)
        assert not any("internal error" in finding.message for finding in result.findings)
        json.dumps([finding.as_dict() for finding in result.findings])
