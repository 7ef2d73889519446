"""Python programs in child processes: the servers under test, and what tests start for themselves."""

import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pytest

ROOT = Path(__file__).parents[2]
TIMEOUT = 15.0  # seconds after which a process that does not start, write or end has failed

# The kinds of server: what follows `python` to start each of them on a free port.
COMMANDS = {
    "wsgi.py": ["wsgi.py"],
    "flask run": ["-m", "flask", "--app", "app", "run", "--host", "localhost", "--port", "0"],
    "gunicorn": ["-m", "gunicorn", "wsgi:application", "--workers", "2", "--graceful-timeout", "0"],
    "waitress": ["-m", "waitress", "--listen=localhost:0", "wsgi:application"],
}
if sys.platform == "win32":
    del COMMANDS["gunicorn"]
PRODUCTION = "waitress" if sys.platform == "win32" else "gunicorn"
needs_gunicorn = pytest.mark.skipif("gunicorn" not in COMMANDS, reason="gunicorn does not run on Windows")


class ServerProcess:
    """A Python program in a child process. All its output goes to the file ``log``.

    ``environ`` adds to the environment; ``None`` removes a variable. Coverage traces the program only if ``covered``
    is true, because tracing doubles the time of a start and of a request.
    """

    def __init__(
        self,
        args: Iterable[str],
        log: Path,
        environ: Mapping[str, str | None] | None = None,
        *,
        cwd: Path = ROOT,
        covered: bool = False,
    ):
        self.args = list(args)
        self.log = log
        self.cwd = cwd
        variables = {**os.environ, "PORT": "0", "PYTHONUTF8": "1", **(environ or {})}
        if not covered:
            variables["COVERAGE_PROCESS_CONFIG"] = None  # coverage would trace the child process
        with log.open("wb") as output:
            self.popen = subprocess.Popen(
                [sys.executable, *self.args],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env={name: value for name, value in variables.items() if value is not None},
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the process: terminate, wait, kill."""
        self.terminate()
        try:
            self.wait()
        finally:
            self.popen.kill()
            self.popen.wait()

    def terminate(self) -> None:
        self.popen.terminate()

    def signal(self, signum: signal.Signals) -> None:
        self.popen.send_signal(signum)

    def is_silent(self) -> bool:
        """Whether it runs and has not printed anything yet."""
        return self.popen.poll() is None and not self.log.stat().st_size

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait(self) -> int:
        """Wait for the end of the process, and return its exit status."""
        for _ in attempts():
            if (status := self.popen.poll()) is not None:
                return status
        pytest.fail(f"{self.args} did not end:\n{self.output()}")

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until the output matches ``pattern``, and return the first match."""
        for _ in attempts():
            ended = self.popen.poll() is not None
            if match := re.search(pattern, self.output()):
                return match
            if ended:
                break
        pytest.fail(f"No {pattern!r} in the output of {self.args}:\n{self.output()}")

    def url(self) -> str:
        """Wait until the server listens, and return the URL that its output shows."""
        return self.wait_for(r"http://\S+:\d+").group()


def attempts() -> Iterator[None]:
    """Yield every few milliseconds until ``TIMEOUT`` is over."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        yield
        time.sleep(0.002)


class SharedProcesses:
    """The processes of a run. Tests share them if they can. Their logs are in ``folder``. All of them end together."""

    def __init__(self, folder: Path, tests: Iterable[pytest.Item]):
        self.folder = folder
        self.later_tests = iter(tests)
        self.stack = ExitStack()
        self.started: dict[object, ServerProcess] = {}
        self.numbers = itertools.count()
        self.booting: list[ServerProcess] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.started.values():
            process.terminate()
        self.stack.close()

    def start_ahead(self) -> None:
        """Start the processes of later tests, two at a time. If all booted at once, the tests would be slow."""
        self.booting = [process for process in self.booting if process.is_silent()]
        while len(self.booting) < 2 and (item := next(self.later_tests, None)):
            if "process" in getattr(item, "fixturenames", ()) or parameters(item).get("server_kind") in COMMANDS:
                process = self.of(item)
                if process.is_silent():
                    self.booting.append(process)

    def of(self, item: pytest.Item) -> ServerProcess:
        """The process that a test is about. It starts now if no earlier test needed it."""
        mark = closest_mark(item)
        if mark and mark.name == "launch":
            key: object = id(mark)  # tests under one mark share a process
            args, options = mark.args, mark.kwargs
        else:
            key = kind = parameters(item)["server_kind"]
            args, options = tuple(COMMANDS[kind]), {}
        if key not in self.started:
            self.started[key] = self.start(*args, **options)
        return self.started[key]

    def start(self, *args: str, **options: Any) -> ServerProcess:
        """Start a process. It ends with the others, unless a test ends it."""
        process = launch(self.folder / str(next(self.numbers)), *args, **options)
        return self.stack.enter_context(process)


def closest_mark(node: pytest.Item) -> pytest.Mark | None:
    """The mark ``launch`` or ``servers`` that is closest to a test: its own, or else its file's."""
    return next((mark for mark in node.iter_markers() if mark.name in {"launch", "servers"}), None)


def parameters(item: pytest.Item) -> Mapping[str, Any]:
    return item.callspec.params if hasattr(item, "callspec") else {}


def launch(
    folder: Path,
    *args: str,
    covered: bool = False,
    files: Mapping[str, str] | None = None,
    **environ: str | None,
) -> ServerProcess:
    """Start the program of ``@pytest.mark.launch(...)``, with its log in ``folder``.

    With ``files``, ``folder`` is also its working directory. It has these files, and a copy of the server in ``copy``.
    """
    folder.mkdir()
    if files is not None:
        folder.joinpath("copy").mkdir()
        for path in ROOT.glob("*.py"):
            shutil.copy(path, folder / "copy")
        for name, text in files.items():
            folder.joinpath(name).write_text(text, encoding="utf-8")
    return ServerProcess(args, folder / "log", environ, cwd=ROOT if files is None else folder, covered=covered)
