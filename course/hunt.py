"""``pytest --hunt 6``: do the reader's tests catch the bugs of lesson 6?

A test counts if it passes wherever it should: on the healthy server, on a copy that differs only in what no client
sees, and, if it talks to a server, also on another server that keeps the contract. Then each bug is an item of pytest.
It passes if a test that counts fails on it.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from course.breaks import RefusedError, changed_files
from course.edits import EditError
from course.hunt_bugs import BUGS, SERVER, Bug, copy_project, read_bugs, reformat
from course.hunt_runs import PROCESSES, HuntError, run_tests
from course.pages import TESTS_OF_THE_READER
from tests.support.processes import ServerProcess

EXAMPLE = "examples/standard_library.py"
NO_TESTS = f"there is no test in {TESTS_OF_THE_READER} yet; write one as lesson 3 shows, then hunt again"
ON_HEALTHY = "It fails on the healthy server"
ON_TWIN = "It fails if only the layout of the code, its comments or the order of the headers change"
ON_EXAMPLE = f"It relies on something that the contract leaves open, because it fails on {EXAMPLE}"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("hunt")
    group.addoption("--hunt", nargs="?", const="all", metavar="N", help="hunt the bugs of lesson N, or all")
    group.addoption("--hint", action="count", default=0, help="show one more hint for each bug that is not caught")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Collect bugs instead of tests. The paths on the command line are those of the reader's tests."""
    if config.getoption("hunt") is None:
        return
    bugs = choose_bugs(config.getoption("hunt"))
    named = config.args if config.args_source is config.ArgsSource.ARGS else []
    for path in named:
        if not Path(path.partition("::")[0]).exists():
            raise pytest.UsageError(f"{path}: there is no such file")
    tests = [os.path.relpath(path, config.rootpath) for path in named] or [TESTS_OF_THE_READER]
    config.stash[HUNT] = hunt = Hunt(config.rootpath, bugs, tests)
    config.add_cleanup(hunt.close)
    config.args = [str(BUGS)]


def choose_bugs(lessons: str) -> list[Bug]:
    bugs = read_bugs()
    if lessons == "all":
        return bugs
    existing = {bug.lesson for bug in bugs}
    numbers = [number.strip() for number in lessons.split(",")]
    if not all(number.isdecimal() for number in numbers):
        raise pytest.UsageError(f"--hunt {lessons}: write the numbers of lessons, as in --hunt 6 or --hunt 6,7")
    if missing := [number for number in numbers if int(number) not in existing]:
        raise pytest.UsageError(f"--hunt {missing[0]}: there are bugs for lessons {min(existing)} to {max(existing)}")
    return [bug for bug in bugs if bug.lesson in map(int, numbers)]


class Hunt:
    """The bugs, and the reader's tests that count."""

    def __init__(self, root: Path, bugs: list[Bug], tests: list[str]) -> None:
        self.root = root
        self.bugs = bugs
        self.tests = tests
        self.in_process: set[str] = set()
        self.with_processes: set[str] = set()
        self.rejected: dict[str, str] = {}
        self.hunted: dict[str, Future[str | None]] = {}
        self.folder = Path(tempfile.mkdtemp(prefix="hunt-"))
        self.pool = ThreadPoolExecutor(os.cpu_count())

    def close(self) -> None:
        try:
            self.pool.shutdown(cancel_futures=True)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def copy(self) -> Path:
        return copy_project(self.root, self.folder)

    def judge(self) -> None:
        """Find the tests that count. A test that also fails without a bug can't tell whether there is one."""
        kinds = {"wsgi.py"} | {bug.server_kind for bug in self.bugs}
        twin = self.copy()
        reformat(twin, read_bugs())
        on_twin = self.pool.submit(run_tests, twin, *self.tests, server_kinds=kinds)
        healthy = self.pool.submit(run_tests, self.copy(), *self.tests, server_kinds=kinds).result()
        if healthy.not_collected:
            raise HuntError("\n".join(healthy.not_collected.values()))
        if not healthy.fixtures:
            raise HuntError(NO_TESTS)

        self.reject(
            "It is skipped", dict.fromkeys(healthy.fixtures.keys() - healthy.passed - healthy.failed.keys(), "")
        )
        self.reject(ON_HEALTHY, healthy.failed)
        self.reject(ON_TWIN, on_twin.result().failures(healthy.fixtures))
        self.reject(
            ON_EXAMPLE, self.run_on_example({test for test in healthy.passed if "server" in healthy.fixtures[test]})
        )
        counting = healthy.passed - self.rejected.keys()
        self.with_processes = {test for test in counting if healthy.fixtures[test] & PROCESSES}
        self.in_process = counting - self.with_processes

    def run_on_example(self, tests: set[str]) -> dict[str, str]:
        if not tests:
            return {}
        project = self.copy()
        with ServerProcess([EXAMPLE, "0"], project.with_name("log"), cwd=project) as example:
            return run_tests(project, *self.tests, "--server", example.url(), chosen=tests).failures(tests)

    def reject(self, why: str, failed: Mapping[str, str]) -> None:
        for test, reason in failed.items():
            self.rejected.setdefault(test, f"{why}: {reason}".removesuffix(": "))

    def start(self, bug: Bug) -> Future[str | None]:
        """Hunt a bug in the background, unless that has begun."""
        if bug.name not in self.hunted:
            self.hunted[bug.name] = self.pool.submit(self.catch, bug)
        return self.hunted[bug.name]

    def catch(self, bug: Bug) -> str | None:
        """The test that catches a bug, or None. The tests that start no process run first, because they are fast."""
        project = self.copy()
        bug.plant(project)
        for tests in filter(None, (self.in_process, self.with_processes)):
            files = sorted({test.partition("::")[0] for test in tests})
            kinds = {bug.server_kind}
            run = run_tests(project, *files, "--exitfirst", "--assert=plain", chosen=tests, server_kinds=kinds)
            if caught_by := run.failures(tests):
                return next(iter(caught_by))
        return None


HUNT = pytest.StashKey[Hunt]()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Judge the tests once. Workers of xdist get the result."""
    config = session.config
    if HUNT not in config.stash or config.getoption("collectonly"):
        return
    hunt = config.stash[HUNT]
    if worker := getattr(config, "workerinput", None):
        hunt.in_process, hunt.with_processes = map(set, worker["tests that count"])
        return
    try:
        hunt.judge()
    except HuntError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    if hunt := node.config.stash.get(HUNT, None):
        node.workerinput["tests that count"] = [list(hunt.in_process), list(hunt.with_processes)]


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    return BugFolder.from_parent(parent, path=path) if path == BUGS and HUNT in parent.config.stash else None


class BugFolder(pytest.Directory):
    def collect(self) -> Iterator[pytest.Item]:
        for bug in self.config.stash[HUNT].bugs:
            yield BugItem.from_parent(self, name=bug.name, bug=bug)


class BugItem(pytest.Item):
    """A bug. It passes if it is caught."""

    def __init__(self, *, bug: Bug, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bug = bug
        self.extra_keyword_matches.add(bug.keyword)

    def runtest(self) -> None:
        test = self.config.stash[HUNT].start(self.bug).result()
        self.user_properties.append(("lesson", self.bug.lesson))
        if test is None:
            hints = self.bug.hints[: 1 + self.config.getoption("hint")]
            self.user_properties.append(("hints", "\n".join(hints)))
            raise NotCaughtError("\n".join(hints))
        self.user_properties.append(("caught by", test))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        known = excinfo.errisinstance((NotCaughtError, HuntError, EditError))
        return str(excinfo.value) if known else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return BUGS, None, self.name


class NotCaughtError(Exception):
    """No test that counts fails on the bug."""


def pytest_collection_finish(session: pytest.Session) -> None:
    """Hunt all bugs side by side, ahead of their items. With xdist, the workers are side by side already."""
    config = session.config
    if HUNT in config.stash and not config.getoption("collectonly") and not hasattr(config, "workerinput"):
        for item in session.items:
            if isinstance(item, BugItem):
                config.stash[HUNT].start(item.bug)


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Say "not caught", without a section of failures, because the hunt prints its own section."""
    return ("not caught", "F", ("NOT CAUGHT", {"red": True})) if "hints" in properties(report) else None


def properties(report: pytest.TestReport | pytest.CollectReport) -> dict[str, Any]:
    return dict(getattr(report, "user_properties", ())) if getattr(report, "when", "") == "call" else {}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """List the tests that do not count, then each bug with its test or its hints, then the lessons."""
    if HUNT not in config.stash or config.getoption("collectonly"):
        return
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("not caught")]
    bugs = sorted((report.nodeid.rpartition("::")[2], properties(report)) for report in reports if properties(report))
    terminalreporter.section("hunt")
    hunt = config.stash[HUNT]
    for line in [*changes(hunt), *rejections(hunt), *findings(bugs, config), *lesson_map(bugs)]:
        terminalreporter.write_line(line)


def changes(hunt: Hunt) -> Iterator[str]:
    """Warn if the server has uncommitted changes. A reader may have left the edit of a lesson in place."""
    with contextlib.suppress(RefusedError):  # this is no git repository
        if changed := " ".join(changed_files(hunt.root, [*SERVER])):
            yield f"The server that the hunt copies has changes. To undo them: git restore {changed}"
            yield ""


def rejections(hunt: Hunt) -> Iterator[str]:
    for test, why in hunt.rejected.items():
        yield f"{test} does not count."
        yield f"    {why}"
    if hunt.rejected:
        yield ""


Bugs = list[tuple[str, dict[str, Any]]]


def findings(bugs: Bugs, config: pytest.Config) -> Iterator[str]:
    """Show what became of each bug. For all lessons, the hints would be too many, unless the reader requests them."""
    missed = [bug for bug, result in bugs if "hints" in result]
    hinting = config.getoption("hunt") != "all" or config.getoption("hint")
    for bug, result in bugs:
        if "caught by" in result:
            yield f"{bug:<12} caught by {result['caught by']}"
        elif hinting:
            yield f"{bug:<12} not caught"
            yield from (f"    {hint}" for hint in result["hints"].splitlines())
    if missed and config.getoption("hint") < 2:
        yield ""
        yield "Add --hint for one more hint." if hinting else "For hints, hunt the bugs of one lesson: --hunt N"
    if bugs:
        yield ""


def lesson_map(bugs: Bugs) -> Iterator[str]:
    rows: dict[str, list[bool]] = {}
    for _, result in bugs:
        rows.setdefault(f"lesson {result['lesson']}", []).append("caught by" in result)
    rows["total"] = [caught for row in rows.values() for caught in row]
    for name, row in rows.items():
        yield f"{name:<12} {sum(row)} of {len(row)} caught"
