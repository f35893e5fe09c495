"""Help pages, completion, versions: what a person meets first."""

from __future__ import annotations

import click
import pytest

import kb as library
from kb.cli.app import COMMANDS, SECTIONS, cli
from kb.cli.output import paragraph
from kb.library.model import Outcome
from kb.library.words import plain
from tests.cli.conftest import Run


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def test_help_fits_on_a_screen_and_has_examples(kb: Run) -> None:
    for option in ("--help", "-h"):
        lines = kb(option).stdout.splitlines()
        assert len(lines) < 24
        assert max(map(len, lines)) <= 80
        assert "  Examples:" in lines
        assert "--version" in lines[0]
        assert not any(line.endswith("...") for line in lines[1:])
    page = kb("--help").stdout
    for names in SECTIONS.values():
        for name in names:
            assert f"\n  {name} " in page
            assert str(command(name).short_help) in page
    (more,) = (line for line in page.splitlines() if line.startswith("More: "))
    shown = [*(name for names in SECTIONS.values() for name in names), *more.removeprefix("More: ").split()]
    assert sorted(shown) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help_and_every_command_an_example(kb: Run, name: str) -> None:
    found = command(name)
    assert found.short_help
    assert found.help
    for parameter in found.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.help.endswith("."), parameter.name
    page = kb(name, "--help").stdout
    assert f"\n    kb {name}" in page or f"(kb {name}" in page
    assert "Example" in page
    assert max(map(len, page.splitlines())) <= 100


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_use_options_that_exist(name: str) -> None:
    found = command(name)
    known = {text for parameter in found.params for text in (*parameter.opts, *parameter.secondary_opts)}
    for line in (found.epilog or "").splitlines():
        if line.strip().startswith(f"kb {name}"):
            used = {word for word in line.partition('"')[0].split() if word.startswith("--")}
            assert used <= known


def test_lookup_explains_every_outcome(kb: Run) -> None:
    page = kb("lookup", "--help").stdout
    for outcome in Outcome:
        assert f"\n    {outcome.value} " in page


def test_version_names_code_and_data(kb: Run) -> None:
    assert kb("--version").stdout == f"kb {library.__version__}, data {library.DATA_VERSION}\n"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("lokup", "did you mean lookup?"),
        ("ml.g5.xlarge", "for an instance type: kb lookup ml.g5.xlarge"),
        ("zzzzz", "the commands are: lookup,"),
        ("ml.\x1b[31m", "no command 'ml.\\x1b[31m'"),
    ],
)
def test_a_mistyped_command_gets_a_hint(kb: Run, name: str, hint: str) -> None:
    found = kb(name)
    assert found.status == 2
    assert hint in found.stderr


def test_workloads(kb: Run) -> None:
    assert [each["workload"] for each in kb("workloads", "--json").json] == list(library.workloads())
    text = kb("workloads").stdout
    assert all(f"\n{name} " in text for name in library.workloads())
    assert kb("workloads", "--csv").stdout.startswith("workload,title\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script(kb: Run, shell: str) -> None:
    found = kb("completion", shell)
    assert found.status == 0
    assert f"_KB_COMPLETE={shell}_complete" in found.stdout


def test_completion_knows_three_shells(kb: Run) -> None:
    assert kb("completion", "csh").status == 2


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("kb loo", "lookup"),
        ("kb lookup ml.p6e", "ml.p6e-gb200.36xlarge"),
        ("kb lookup ML.P6E", "ml.p6e-gb200.36xlarge"),
        ("kb lookup ml.g5.xlarge ml.trn2.4", "ml.trn2.48xlarge"),
        ("kb lookup ml.g5.xlarge --workload hyp", "hyperpod"),
        ("kb list --region eu-west-1", "eu-west-1"),
        ("kb list --outcome enc", "encrypts"),
        ("kb history ml.trn2.4", "ml.trn2.48xlarge"),
        ("kb query can", "can-i-use-my-key"),
        ("kb diff 2026.06.10", "2026.06.10"),
        ("kb scrape sage", "sagemaker_api"),
    ],
)
def test_shells_are_told_how_a_word_may_go_on(process: Run, line: str, expected: str) -> None:
    found = process(_KB_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(line.split()) - 1))
    assert f"plain,{expected}" in found.stdout.splitlines()


def test_plain_text_has_no_control_characters() -> None:
    assert plain("a\nb\x1b\u202e") == "a\\nb\\x1b\\u202e"
    assert plain(b"\x00\xff") == "00ff"
    assert [plain(value, "?") for value in (None, True, 2.0, 2.5, 1e300)] == ["?", "true", "2", "2.5", "1e+300"]


def test_addresses_stay_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    address = "https://example.org/" + "x-" * 40
    assert address in paragraph(f"see {address} there").splitlines()
