"""How tests are spread over processes: by file, the longest first; Spark and the browser are started in one only."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest

#: Beyond this many, processes cost more to start than they save.
_MOST = 8

#: Files and folders whose tests share one process, because what they start is slow: Java, and a browser.
GROUPS = {
    "spark": ("tests/queries/test_engines.py", "tests/tools/"),
    "browser": ("tests/browser/",),
}

#: Groups and files that take long, by default or in soak, the longest first: what begins last shall be short.
LONGEST = (
    "browser",
    "spark",
    "tests/test_data_change.py",
    "tests/checker/test_checkov_plugin.py",
    "tests/refresh/test_end_to_end.py",
    "tests/refresh/test_killed.py",
    "tests/scrapers/guide/test_mutations.py",
    "tests/pipeline/test_atomicity.py",
    "tests/refresh/test_rule.py",
    "tests/pipeline/test_history.py",
    "tests/pipeline/test_live_properties.py",
    "tests/refresh/test_refresh.py",
    "tests/scrapers/aws/test_ec2_moto.py",
    "tests/export/test_export.py",
    "tests/cli/test_serve_command.py",
)


def choose(config: pytest.Config) -> None:
    """Use a process per core for the whole suite, where the command line does not say otherwise.

    A part of the suite, named by file or folder, runs in this process: that starts faster, and a debugger works.
    """
    is_whole = config.args_source is not pytest.Config.ArgsSource.ARGS
    wants_debugger = config.getoption("usepdb", False) or config.getoption("trace", False)
    if not config.pluginmanager.hasplugin("xdist") or not is_whole or wants_debugger or hasattr(config, "workerinput"):
        return
    if config.option.numprocesses is None and not config.option.tx:
        config.option.numprocesses = min(_cores(), _MOST)


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def group_of(nodeid: str) -> str:
    """What a test shares a process with: the name of a group, else the test's file."""
    file = nodeid.partition("::")[0]
    return next((name for name, places in GROUPS.items() if file.startswith(places)), file)


def check_groups(items: Iterable[pytest.Item]) -> None:
    """See to it that what is slow to start is started in one process.

    Raises:
        UsageError: a test uses such a fixture and is not in its group.
    """
    for item in items:
        for name in {"spark", "browser"} & set(getattr(item, "fixturenames", ())):
            if group_of(item.nodeid) != name:
                raise pytest.UsageError(f"{item.nodeid} uses the fixture {name}: add its file to GROUPS in {__name__}")


def scheduler(config: pytest.Config, log: object) -> object:
    """The scheduler of pytest-xdist that goes by file, with groups, the longest first."""
    from xdist.scheduler import LoadFileScheduling

    class ByGroup(LoadFileScheduling):  # type: ignore[misc, unused-ignore]
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

        def _assign_work_unit(self, node: object) -> None:
            for name in LONGEST:
                if name in self.workqueue:
                    self.workqueue.move_to_end(name, last=False)
                    break
            super()._assign_work_unit(node)

    return ByGroup(config, log)
