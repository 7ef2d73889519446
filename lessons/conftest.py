"""`pytest lessons` checks every lesson: one item each, which ends at the first block that is wrong."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lessons.checker import Lesson, WrongError


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("lessons")
    group.addoption("--update", action="store_true", help="correct the outputs in the lessons")
    group.addoption("--lesson-timeout", type=float, default=20.0, metavar="SECONDS", help="for one command [20]")


def pytest_configure(config: pytest.Config) -> None:
    if os.name == "nt":
        raise pytest.UsageError("The lessons are checked on Linux and macOS, and not on Windows")
    for tool in ("bash", "curl"):
        if not shutil.which(tool):
            raise pytest.UsageError(f"The lessons are checked on Linux and macOS, with bash and curl: no {tool} here")
    coverage = config.pluginmanager.getplugin("_cov")
    if coverage is not None and not config.getoption("cov_report"):
        coverage.options.no_cov = True  # nothing that a lesson runs is measured


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.match("lessons/[0-9][0-9]-*.md"):
        return LessonFile.from_parent(parent, path=file_path)
    return None


class LessonFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        yield LessonItem.from_parent(self, name=self.path.stem)


class LessonItem(pytest.Item):
    """A whole lesson: its blocks share a shell, and what comes after a wrong one proves nothing."""

    def runtest(self) -> None:
        timeout, update = (self.config.getoption(option) for option in ("lesson_timeout", "update"))
        Lesson(self.path, self.config.rootpath, timeout=timeout, update=update).check()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if excinfo.errisinstance(WrongError) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name
