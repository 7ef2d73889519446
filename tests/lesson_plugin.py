"""What the lessons give to a test run: a failure names the lesson that explains it, ``--lesson`` runs one's tests."""

import re
from collections.abc import Generator

import pytest

from tests.lessons import Course, Page

COURSE = pytest.StashKey[Course]()
SECTION = "lesson"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lesson", action="append", metavar="N", help="run the tests that lesson N links; 6,7 for two")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse the number of no lesson before anything is collected."""
    config.stash[COURSE] = course = Course(config.rootpath)
    numbers = [lesson.number for lesson in course.lessons]
    for number in asked(config):
        if not number.isdecimal() or int(number) not in numbers:
            there = f"there are {numbers[0]} to {numbers[-1]}" if numbers else "there are none yet"
            raise pytest.UsageError(f"--lesson {number}: there is no such lesson, {there}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if numbers := {int(number) for number in asked(config)}:
        chosen = {item: numbers & {lesson.number for lesson in explaining(item)} for item in items}
        config.hook.pytest_deselected(items=[item for item in items if not chosen[item]])
        items[:] = [item for item in items if chosen[item]]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Name the lessons in a section of the report: after what the test printed, and known to xdist."""
    report = yield
    if report.failed and (lessons := explaining(item)):
        report.sections.append((SECTION, "\n".join(f"Explained in {lesson}" for lesson in lessons)))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List each lesson once that explains a failure, whichever way the tracebacks are shown."""
    reports = [*terminalreporter.getreports("failed"), *terminalreporter.getreports("error")]
    sections = [text for report in reports for name, text in report.sections if name == SECTION]
    if lines := sorted({line for text in sections for line in text.splitlines()}):
        terminalreporter.section("lessons")
        for line in lines:
            terminalreporter.write_line(line.removeprefix("Explained in "))


def asked(config: pytest.Config) -> list[str]:
    return [number.strip() for numbers in config.getoption("lesson") or [] for number in numbers.split(",")]


def explaining(item: pytest.Item) -> list[Page]:
    """The lessons that link a test. The parameters of its node id are left out, and the group that xdist adds."""
    return item.config.stash[COURSE].explained.get(re.split(r"[\[@]", item.nodeid)[0], [])
