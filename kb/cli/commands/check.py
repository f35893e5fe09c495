"""``kb check``: the effect of the volume keys in your infrastructure files."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click

from kb.checker.documents import MAXIMUM_BYTES
from kb.checker.model import Finding, Options
from kb.checker.reports import junit, sarif
from kb.checker.run import STDIN, FileResult, check_bytes, check_target, needless_rows, targets
from kb.checker.suppressions import CONFIG_NAME, FAIL_ON, read_config
from kb.cli.options import FILE, known_region, region_option
from kb.cli.output import Form, echo_json, json_option, note, paragraph
from kb.library.lookup import snapshot
from kb.library.rules import RULES, Severity
from kb.library.words import counted, plain

_FORMATS = ("text", "json", "sarif", "junit")

_EPILOG = """Reads CloudFormation and SAM templates, CDK output, Terraform files and plans (terraform show -json), Step
Functions and SageMaker pipeline definitions, API requests, and CloudTrail records. In folders, it reads files ending in
.json, .yaml, .yml, .template and .tf. Nothing in a file is executed or fetched. Keys for output in S3 are not volume
keys. Values known only at deployment are reported as not checked, never as good.

A comment "# kb:ignore[key-rejected] reason" suppresses a finding on its line or, on a line of its own, on the next line
or in the resource that begins there. In templates, use a resource's Metadata: {"kb": {"ignore": {RULE: REASON}}}.
A configuration file (.kb-check.toml) can set region, require-key, fail-on, exclude, and [[ignore]] tables with rules,
files, resource and reason.

\b
Examples:
  kb check template.yaml
  kb check infra/ --require-key --region eu-west-1
  terraform show -json plan.bin | kb check - --format sarif
  kb check --rules
"""


def _show_rules(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    for rule in RULES.values():
        click.echo(f"{rule.id} ({rule.severity.word}): {rule.title}.")
        click.echo(paragraph(rule.explanation, "  "))
    ctx.exit()


@click.command(epilog=_EPILOG)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--format", "report", type=click.Choice(_FORMATS), default="text", help="Report format (default: text).")
@json_option
@click.option(
    "--fail-on", type=click.Choice(FAIL_ON), help="Minimum severity that makes the command fail (default: error)."
)
@click.option("--require-key", is_flag=True, help="Report requests without a volume key where one can be used.")
@region_option(help="Report types that this Region's list does not have.")
@click.option(
    "--config", metavar="FILE", type=FILE, help="Configuration file (default: .kb-check.toml in this folder)."
)
@click.option("--stdin-name", metavar="NAME", default="stdin", help="File name to assume for standard input.")
@click.option(
    "--lenient",
    is_flag=True,
    help="Skip files unrelated to SageMaker, as when scanning a folder; only warn about unreadable files.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print neither notes nor the summary.")
@click.option(
    "--rules",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_rules,
    help="Explain every rule, and exit.",
)
def check(
    *,
    files: tuple[str, ...],
    report: str,
    form: Form,
    fail_on: str | None,
    require_key: bool,
    region: str | None,
    config: Path | None,
    stdin_name: str,
    lenient: bool,
    quiet: bool,
) -> None:
    """Check files for SageMaker requests whose volume key is refused, not applied, or missing.

    FILE is a file, a folder, a pattern, or - for standard input. Exit status 1 if there is a finding of the severity
    --fail-on or higher, or if kb cannot read a file you named.
    """
    settings = read_config(config)
    in_region = region or (known_region(settings.region) if settings.region else None)
    options = Options(require_key=require_key or bool(settings.require_key), region=in_region)
    threshold = {severity.word: severity for severity in Severity}.get(fail_on or settings.fail_on or "error")
    results = [
        check_bytes(sys.stdin.buffer.read(MAXIMUM_BYTES + 1), stdin_name, options, settings)
        for name in files
        if name == STDIN
    ]
    named = (name for name in files if name != STDIN)
    results += [check_target(target, options, settings) for target in targets(named, settings, lenient=lenient)]
    config_name = (config or Path(CONFIG_NAME)).as_posix()
    if needless := tuple(needless_rows(settings, results, config_name)):
        results.append(FileResult(config_name, "configuration", needless))
    if quiet:
        kept = (tuple(f for f in result.findings if f.severity > Severity.NOTE) for result in results)
        results = [replace(result, findings=found) for result, found in zip(results, kept, strict=True)]
    findings = [finding for result in results for finding in result.findings]
    _write("json" if form is Form.JSON else report, results, findings, threshold)
    if not quiet:
        note(_summary(results, findings))
    if threshold is not None and any(f.severity >= threshold for f in findings if f.suppressed is None):
        sys.exit(1)


def _write(report: str, results: list[FileResult], findings: list[Finding], threshold: Severity | None) -> None:
    if report == "json":
        files = [{"file": result.file, "format": result.format} for result in results]
        rows = [finding.as_dict() for finding in findings]
        echo_json({"data_version": snapshot().data_version, "files": files, "findings": rows})
    elif report == "sarif":
        echo_json(sarif.render(findings))
    elif report == "junit":
        click.echo(junit.render(results, threshold))
    elif shown := [_text(finding) for finding in findings if finding.suppressed is None]:
        click.echo("\n".join(shown))


def _text(finding: Finding) -> str:
    where = f"{plain(finding.file)}:{finding.line}: {finding.severity.word} {finding.rule}"
    head = f"{where} in {plain(finding.resource)}" if finding.resource else where
    fix = f"\n{paragraph(plain(finding.fix), '    ')}" if finding.fix else ""
    return f"{head}\n{paragraph(plain(finding.message), '  ')}{fix}"


def _summary(results: list[FileResult], findings: Iterable[Finding]) -> str:
    numbers = Counter("suppressed" if f.suppressed is not None else f.severity.word for f in findings)
    parts = [counted(number, word, "suppressed" if word == "suppressed" else "") for word, number in numbers.items()]
    found = ", ".join(sorted(parts)) or "no findings"
    unknown = sum(result.format is None and not result.findings for result in results)
    passed = f" ({unknown} without SageMaker requests or of no known form)" if unknown else ""
    return f"{counted(len(results), 'file')}{passed}: {found}; data version {snapshot().data_version}"
