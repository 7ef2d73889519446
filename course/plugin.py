"""pytest's side of the lessons.

``pytest lessons`` checks every page. ``--lesson`` runs the tests that a lesson links.
A failed test names the lesson that explains it.
"""

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from course import links, shape
from course.pages import Course, LessonError, Page

COURSE = pytest.StashKey[Course]()
LESSON = "lesson"  # a property of the report of a failed test, and the title of its section
SKIPPED = "skipped block"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("lessons")
    group.addoption("--lesson", action="append", metavar="N", help="run the tests that lesson N links; 6,7 for two")
    group.addoption("--update", action="store_true", help="correct the outputs in the lessons")
    group.addoption("--lesson-timeout", type=float, default=60.0, metavar="SECONDS", help="for one command [60]")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """The workers for ``-n auto``: half as many again as processors, because lessons often wait for a server."""
    processors = os.cpu_count() or 1
    return processors * 3 // 2 if all(argument.startswith("lessons") for argument in config.args) else None


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a lesson that does not exist before anything is collected."""
    config.stash[COURSE] = course = Course(config.rootpath)
    numbers = [lesson.number for lesson in course.lessons]
    for number in chosen_numbers(config):
        if not number.isdecimal() or int(number) not in numbers:
            existing = f"there are {numbers[0]} to {numbers[-1]}" if numbers else "there are none yet"
            raise pytest.UsageError(f"--lesson {number}: there is no such lesson, {existing}")


def chosen_numbers(config: pytest.Config) -> list[str]:
    return [number.strip() for numbers in config.getoption("lesson") or [] for number in numbers.split(",")]


def chosen_lessons(config: pytest.Config) -> list[Page]:
    numbers = {int(number) for number in chosen_numbers(config)}
    return [page for page in config.stash[COURSE].lessons if page.number in numbers]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With ``--lesson``, do not import a test file that the lessons do not link, because imports take time."""
    pages = chosen_lessons(config)
    if not pages or not collection_path.match("test_*.py"):
        return None
    linked = {config.rootpath / test.partition("::")[0] for page in pages for test in page.tests}
    return collection_path not in linked or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if pages := chosen_lessons(config):
        tests = {test for page in pages for test in page.tests}
        chosen = [
            item for item in items if (item.page in pages if isinstance(item, PageCheck) else test_of(item) in tests)
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


def test_of(item: pytest.Item) -> str:
    """The node id without the test's parameters, and without the group that xdist adds."""
    return re.split(r"[\[@]", item.nodeid)[0]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix == ".md" and file_path.parent == parent.config.rootpath / "lessons":
        return PageFile.from_parent(parent, path=file_path)
    return None


class PageFile(pytest.File):
    """A page of ``lessons/``, with one item for each check."""

    def collect(self) -> Iterator[pytest.Item]:
        course = self.config.stash[COURSE]
        page = next(page for page in course.pages if page.file == self.path.name)
        checks: dict[str, Callable[[], Iterator[str]]] = {"links": partial(links.links, page, course)}
        if page.number:
            checks["shape"] = partial(shape.shape, page, course)
        if page.name == shape.MAP:
            checks["numbers"] = partial(shape.numbers, course)
            checks["map"] = partial(shape.the_map, course)
            checks["tests"] = partial(links.tests, course)
        for name, check in checks.items():
            yield PageCheck.from_parent(self, name=name, page=page, check=check)
        if page.number:
            yield Blocks.from_parent(self, name="blocks", page=page)


class PageCheck(pytest.Item):
    """A check that yields one line per fault."""

    def __init__(self, *, page: Page, check: Callable[[], Iterator[str]] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.page = page
        self.check = check

    def runtest(self) -> None:
        if self.check and (faults := list(self.check())):
            raise LessonError("\n".join(faults))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if excinfo.errisinstance(LessonError) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"{self.path.name}: {self.name}"


class Blocks(PageCheck):
    """All blocks of a lesson: they share a shell, so the first wrong block ends the check."""

    def runtest(self) -> None:
        from course.replay import Replay  # not at the top: psutil is not installed when another server is tested

        for program in ("bash", "curl"):
            if not shutil.which(program):
                raise LessonError(f"Lessons are checked on Linux and macOS, with bash and curl: there is no {program}")
        timeout, update = (self.config.getoption(option) for option in ("lesson_timeout", "update"))
        replay = Replay(self.page, self.config.rootpath, timeout=timeout, update=update)
        replay.run()
        self.user_properties += [(SKIPPED, line) for line in replay.skipped]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add a section that names the lessons, after what the test printed. xdist passes on sections and properties."""
    report = yield
    is_red_test = report.failed and isinstance(item, pytest.Function)
    if lessons := item.config.stash[COURSE].lessons_about(test_of(item)) if is_red_test else []:
        report.user_properties += [(LESSON, str(lesson)) for lesson in lessons]
        report.sections.append((LESSON, "\n".join(f"Explained in {lesson}" for lesson in lessons)))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the lessons that explain the failures, and the blocks that were skipped."""
    failed = [*terminalreporter.getreports("failed"), *terminalreporter.getreports("error")]
    torn_down = [report for report in terminalreporter.getreports("") if getattr(report, "when", "") == "teardown"]
    lines = [*sorted({*properties(failed, LESSON)}), *properties(torn_down, SKIPPED)]
    if lines:
        terminalreporter.section("lessons")
        for line in lines:
            terminalreporter.write_line(line)


def properties(reports: Iterable[Any], name: str) -> Iterator[Any]:
    return (value for report in reports for key, value in getattr(report, "user_properties", []) if key == name)
