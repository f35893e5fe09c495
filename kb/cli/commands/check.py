"""``kb check``: what the volume keys in infrastructure files will do."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.checker.suppressions import CONFIG_NAME, FAIL_ON, read_config
from kb.cli.options import FILE, known_region, region_option
from kb.cli.output import echo_json, json_option, note, paragraph
from kb.library.words import plain

if TYPE_CHECKING:
    from kb.checker.model import Finding
    from kb.checker.run import FileResult
    from kb.library.rules import Severity

_FORMATS = ("text", "json", "sarif", "junit")

_EPILOG = """Reads CloudFormation and SAM templates, CDK output, Terraform files and plans (terraform show -json), Step
Functions and SageMaker pipeline definitions, API requests, and CloudTrail records. In folders, files ending in .json,
.yaml, .yml, .template and .tf are looked at. Nothing in a file is executed or fetched. Keys for output in S3 are not
volume keys. What is known only later is reported as not checked, never as good.

A comment "# kb:ignore[key-rejected] reason" passes over a finding on its line or, standing alone, on the next one or in
the resource that begins there. Templates can say so in a resource's Metadata: {"kb": {"ignore": {RULE: REASON}}}.
A configuration (.kb-check.toml) can set region, require-key, fail-on, exclude, and [[ignore]] tables with rules, files,
resource and reason.

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
    from kb.library.rules import RULES

    for rule in RULES.values():
        click.echo(f"{rule.id} ({rule.severity.word}): {rule.title}.")
        click.echo(paragraph(rule.explanation, "  "))
    ctx.exit()


@click.command(epilog=_EPILOG, short_help="What keys in templates and requests will do.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", help="Form of the report.")
@json_option
@click.option(
    "--fail-on", type=click.Choice(FAIL_ON), help="Severity from which to end with status 1, by default error."
)
@click.option("--require-key", is_flag=True, help="Report requests without a volume key where one can be used.")
@region_option("Report types that this Region's list does not have.")
@click.option("--config", metavar="FILE", type=FILE, help="Configuration, instead of .kb-check.toml here.")
@click.option("--stdin-name", metavar="NAME", default="stdin", help="Name of standard input; .tf says it is Terraform.")
@click.option(
    "--lenient",
    is_flag=True,
    help="Treat named files as those of folders: pass over what has nothing to do with SageMaker, and only warn of "
    "what cannot be read.",
)
@click.option("-q", "--quiet", is_flag=True, help="Leave out notes, and the summary.")
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
    form: str,
    as_json: bool,
    fail_on: str | None,
    require_key: bool,
    region: str | None,
    config: Path | None,
    stdin_name: str,
    lenient: bool,
    quiet: bool,
) -> None:
    """Check files for SageMaker requests whose volume key is refused, not applied, or missing.

    FILE is a file, a folder, a pattern, or - for standard input. Exit status 1 if there is a finding at or above
    --fail-on, or a named file cannot be read.
    """
    from kb.checker.documents import MAXIMUM_BYTES
    from kb.checker.model import Options
    from kb.checker.run import STDIN, check_bytes, check_target, needless_rows, targets
    from kb.library.rules import Severity

    settings = read_config(config)
    options = Options(
        require_key=require_key or bool(settings.require_key), region=known_region(region or settings.region)
    )
    threshold = {severity.word: severity for severity in Severity}.get(fail_on or settings.fail_on or "error")
    results: list[FileResult] = []
    for name in files:
        if name == STDIN:
            results.append(check_bytes(sys.stdin.buffer.read(MAXIMUM_BYTES + 1), stdin_name, options, settings))
    for target in targets((name for name in files if name != STDIN), settings, lenient=lenient):
        results.append(check_target(target, options, settings))
    config_name = (config or Path(CONFIG_NAME)).as_posix()
    needless = tuple(needless_rows(settings, results, config_name))
    if needless:
        results.append(_result(config_name, needless))
    if quiet:
        results = [_without_notes(result) for result in results]
    _write("json" if as_json else form, results, threshold)
    findings = [finding for result in results for finding in result.findings]
    if not quiet:
        note(_summary(results, findings))
    if threshold is not None and any(f.severity >= threshold for f in findings if f.suppressed is None):
        sys.exit(1)


def _result(file: str, findings: tuple[Finding, ...]) -> FileResult:
    from kb.checker.run import FileResult

    return FileResult(file, "configuration", findings)


def _without_notes(result: FileResult) -> FileResult:
    from dataclasses import replace

    from kb.library.rules import Severity

    return replace(result, findings=tuple(f for f in result.findings if f.severity > Severity.NOTE))


def _write(form: str, results: list[FileResult], threshold: Severity | None) -> None:
    findings = [finding for result in results for finding in result.findings]
    if form == "json":
        from kb.library.lookup import snapshot

        files = [{"file": result.file, "format": result.format} for result in results]
        rows = [finding.as_dict() for finding in findings]
        echo_json({"data_version": snapshot().data_version, "files": files, "findings": rows})
    elif form == "sarif":
        from kb.checker.reports import sarif

        echo_json(sarif.render(findings))
    elif form == "junit":
        from kb.checker.reports import junit

        click.echo(junit.render(results, threshold))
    else:
        for finding in findings:
            if finding.suppressed is None:
                click.echo(_text(finding))


def _text(finding: Finding) -> str:
    where = f"{plain(finding.file)}:{finding.line}: {finding.severity.word} {finding.rule}"
    head = f"{where} in {plain(finding.resource)}" if finding.resource else where
    fix = f"\n{paragraph(plain(finding.fix), '    ')}" if finding.fix else ""
    return f"{head}\n{paragraph(plain(finding.message), '  ')}{fix}"


def _summary(results: list[FileResult], findings: Iterable[Finding]) -> str:
    from kb.library.lookup import snapshot

    counted = Counter("suppressed" if f.suppressed is not None else f.severity.word for f in findings)
    parts = [f"{counted[word]} {word}{'s' if counted[word] != 1 and word != 'suppressed' else ''}" for word in counted]
    found = ", ".join(sorted(parts)) or "no findings"
    unknown = sum(result.format is None and not result.findings for result in results)
    passed = f" ({unknown} without SageMaker requests or of no known form)" if unknown else ""
    files = f"{len(results)} file{'' if len(results) == 1 else 's'}"
    return f"{files}{passed}: {found}; data version {snapshot().data_version}"
