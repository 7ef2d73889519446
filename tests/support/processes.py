"""Servers in child processes."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import pytest

ROOT = Path(__file__).parents[2]
COMMANDS = {
    "wsgi.py": ["wsgi.py"],
    "flask run": ["-m", "flask", "--app", "app", "run", "--host", "localhost", "--port", "0"],
    "gunicorn": ["-m", "gunicorn", "wsgi:application", "--workers", "2", "--graceful-timeout", "0"],
}
if sys.platform == "win32":
    del COMMANDS["gunicorn"]
needs_gunicorn = pytest.mark.skipif("gunicorn" not in COMMANDS, reason="gunicorn does not run on Windows")
TIMEOUT = 10.0  # seconds after which a server that does not answer, start or stop has failed


class ServerProcess:
    """A Python program in a child process, its whole output in the file ``log``.

    ``environ`` adds to the environment; a variable that is ``None`` is left out of it. Coverage is measured only
    where it is asked for: it doubles the time that a start takes, and a request.
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
        self.log = log
        self.args = list(args)
        self.cwd = cwd
        variables = {**os.environ, "PORT": "0", "PYTHONUTF8": "1", **(environ or {})}
        if not covered:
            variables["COVERAGE_PROCESS_CONFIG"] = None
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

    def be_nice(self) -> None:
        """Leave the processors to whoever wants them."""
        if sys.platform != "win32":
            os.setpriority(os.PRIO_PROCESS, self.popen.pid, 10)

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait(self) -> int:
        """The exit status, awaited."""
        for _ in attempts():
            if (status := self.popen.poll()) is not None:
                return status
        pytest.fail(f"{self.args} did not end:\n{self.output()}")

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first match of ``pattern`` in the output, awaited."""
        for _ in attempts():
            ended = self.popen.poll() is not None
            if match := re.search(pattern, self.output()):
                return match
            if ended:
                break
        pytest.fail(f"No {pattern!r} in the output of {self.args}:\n{self.output()}")

    def url(self) -> str:
        """Where the server listens, as its output says once it does."""
        return self.wait_for(r"http://\S+:\d+").group()


def attempts() -> Iterator[None]:
    """Go on every few milliseconds, until the time is up."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        yield
        time.sleep(0.002)


def launch(
    folder: Path,
    *args: str,
    covered: bool = False,
    files: Mapping[str, str] | None = None,
    **environ: str | None,
) -> ServerProcess:
    """Start what ``@pytest.mark.launch`` asks for, its log in ``folder``.

    Where there are ``files``, it starts in that folder: beside them, with a copy of the application in ``copy``.
    """
    folder.mkdir()
    if files is not None:
        folder.joinpath("copy").mkdir()
        for path in ROOT.glob("*.py"):
            shutil.copy(path, folder / "copy")
        for name, text in files.items():
            folder.joinpath(name).write_text(text, encoding="utf-8")
    return ServerProcess(args, folder / "log", environ, cwd=ROOT if files is None else folder, covered=covered)


Start = Callable[[str], ServerProcess]


@contextmanager
def shared_servers(folder: Path, kinds: Iterable[str]) -> Iterator[Start]:
    """Start servers of these kinds side by side, any other when it is first asked for; end all of them together."""
    with ExitStack() as stack:
        started: dict[str, ServerProcess] = {}

        def start(kind: str) -> ServerProcess:
            if kind not in started:
                started[kind] = stack.enter_context(ServerProcess(COMMANDS[kind], folder / f"{kind}.log"))
            return started[kind]

        for kind in kinds:
            start(kind)
        yield start
        for process in started.values():
            process.terminate()
