"""Run the reader's tests in a copy of the project, each time in a new process.

A new Python would import Flask, pytest and its plugins for a second. So the processes are forked from a server that
has them already. Windows cannot fork, and takes the second.
"""

import contextlib
import gc
import multiprocessing
import os
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

PRELOADED = [
    "pytest",
    "coverage",
    "pytest_benchmark.plugin",
    "pytest_cov.plugin",
    "pytest_flask.plugin",
    "xdist.plugin",
    "xdist.looponfail",
    "flask_cors",
    "werkzeug.serving",
    "psutil",
    "dotenv",
]
ARGUMENTS = [
    *("-p", "no:cacheprovider", "--continue-on-collection-errors"),
    *("-p", "no:terminal", "-W", "ignore:Module already imported"),
]
PROCESSES = frozenset({"server", "process", "run"})  # the fixtures of tests/conftest.py that start one
TIME_LIMIT = 60.0  # seconds

if sys.platform == "win32":
    context = multiprocessing.get_context("spawn")
else:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)


class HuntError(Exception):
    """The tests came to no result."""


@dataclass
class Run:
    """What became of the tests, by ``tests/yours/test_file.py::test_name``. The parameters are left out."""

    fixtures: dict[str, frozenset[str]] = field(default_factory=dict)  # of each test that was chosen
    passed: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)  # with the reason
    not_collected: dict[str, str] = field(default_factory=dict)  # files, with the reason

    def failures(self, tests: Iterable[str]) -> dict[str, str]:
        """The tests that failed, and those of a file that could not be imported."""
        lost = {test: self.not_collected.get(test.partition("::")[0]) for test in sorted(tests)}
        return self.failed | {test: error.splitlines()[-1] for test, error in lost.items() if error}


class Recorder:
    """A plugin that chooses the tests and notes what becomes of them."""

    def __init__(self, chosen: Collection[str] | None, server_kinds: Collection[str]) -> None:
        self.chosen = chosen
        self.server_kinds = server_kinds
        self.run = Run()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the chosen tests, and one server of those that would show a bug in the same way."""
        kinds: dict[str, set[str]] = {}
        for item in items:
            kinds.setdefault(name_of(item.nodeid), set()).add(kind_of(item))
        items[:] = [
            item
            for item in items
            if (self.chosen is None or name_of(item.nodeid) in self.chosen)
            and (kind_of(item) in self.server_kinds or kinds[name_of(item.nodeid)].isdisjoint(self.server_kinds))
        ]
        self.run.fixtures = {name_of(item.nodeid): frozenset(getattr(item, "fixturenames", ())) for item in items}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            error = [line[3:] for line in report.longreprtext.splitlines() if line.startswith("E  ")]
            text = "\n".join([f"{report.nodeid} cannot be imported", *error])
            self.run.not_collected[report.nodeid] = text.replace(f"{Path.cwd()}{os.sep}", "")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.run.failed.setdefault(name_of(report.nodeid), reason(report))
        elif report.passed and report.when == "call":
            self.run.passed.add(name_of(report.nodeid))


def name_of(nodeid: str) -> str:
    return nodeid.partition("[")[0]


def kind_of(item: pytest.Item) -> str:
    # This file must not import tests.support: the process that runs the tests imports it from the copy.
    return str(getattr(getattr(item, "callspec", None), "params", {}).get("server_kind", ""))


def reason(report: pytest.CollectReport | pytest.TestReport) -> str:
    """The line of a report that says most."""
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = (crash.message if crash else report.longreprtext).strip().splitlines()
    return lines[0 if crash else -1].removeprefix("E ").strip() if lines else "no reason given"


def run_tests(
    project: Path,
    *arguments: str,
    chosen: Collection[str] | None = None,
    server_kinds: Collection[str] = ("wsgi.py",),
) -> Run:
    """Run pytest in the copy. ``chosen`` are the names of tests, or None for all."""
    receiver, sender = context.Pipe(duplex=False)
    recorder = Recorder(chosen, server_kinds)
    process = context.Process(target=run_in_child, args=(project, arguments, recorder, sender), daemon=True)
    process.start()
    sender.close()
    try:
        if not receiver.poll(TIME_LIMIT):
            raise HuntError(f"The tests did not end within {TIME_LIMIT:g} seconds")
        run = Run(**receiver.recv())
        process.join(TIME_LIMIT)
        return run
    except EOFError:
        output = project.with_name("output").read_text("utf-8", "replace")
        raise HuntError(f"The tests ended the process that runs them:\n{output}") from None
    finally:
        kill(process.pid)
        process.join()


def kill(pid: int | None) -> None:
    """End a process that is still there, and the servers that it started."""
    import psutil  # here, because --server must not need it

    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for each in [*process.children(recursive=True), process]:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()


def run_in_child(project: Path, arguments: Sequence[str], recorder: Recorder, sender: Connection) -> None:
    """Run pytest with the modules of the copy, and send what became of the tests."""
    with project.with_name("output").open("wb") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    root = Path(__file__).parent.parent
    sys.path[:] = [path for path in sys.path if Path(path).resolve() != root]  # the copy comes first anyway
    os.chdir(project)
    for variable in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"):  # they are about the pytest that hunts
        os.environ.pop(variable, None)
    gc.freeze()  # what is preloaded stays, so that no garbage collection looks at it
    pytest.main([*arguments, *ARGUMENTS, "--basetemp", str(project.with_name("tmp"))], plugins=[recorder])
    sender.send(vars(recorder.run))
