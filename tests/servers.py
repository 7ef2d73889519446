"""Servers in child processes, and how the tests talk to a server, whoever runs it."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, urlsplit

import pytest
from werkzeug.datastructures import Headers

ROOT = Path(__file__).parent.parent
COMMANDS = {
    "wsgi.py": ["wsgi.py"],
    "flask run": ["-m", "flask", "--app", "app", "run", "--host", "localhost", "--port", "0"],
    "gunicorn": ["-m", "gunicorn", "wsgi:application", "--workers", "2", "--graceful-timeout", "1"],
}
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
        variables = {**os.environ, "PORT": "0", **(environ or {})}
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
            self.popen.wait(TIMEOUT)
        finally:
            self.popen.kill()
            self.popen.wait()

    def terminate(self) -> None:
        self.popen.terminate()

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first match of ``pattern`` in the output, awaited."""
        deadline = time.monotonic() + TIMEOUT
        while not (match := re.search(pattern, self.output())):
            if self.popen.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"No {pattern!r} in the output of {self.args}:\n{self.output()}")
            time.sleep(0.01)
        return match

    def url(self) -> str:
        """Where the server listens, as its output says once it does."""
        return self.wait_for(r"http://\S+:\d+").group()

    def signal(self, signum: signal.Signals) -> None:
        self.popen.send_signal(signum)

    def wait(self) -> int:
        """The exit status, awaited."""
        try:
            return self.popen.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            pytest.fail(f"{self.args} did not end:\n{self.output()}")


@dataclass(frozen=True)
class Answer:
    """A response: what a client gets to see of it."""

    status: int
    headers: Headers
    body: bytes

    def __str__(self) -> str:
        lines = [str(self.status), *(f"{name}: {value}" for name, value in self.headers), "", repr(self.body)]
        return "\n".join(lines)


@dataclass(frozen=True)
class Server:
    """A server that listens at a URL."""

    url: SplitResult

    @classmethod
    def at(cls, url: str) -> Self:
        return cls(urlsplit(url))

    def send(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to one request over a connection of its own."""
        connection = http.client.HTTPConnection(self.url.netloc, timeout=TIMEOUT)
        try:
            connection.request(method, self.url.path + path, headers=headers or {})
            response = connection.getresponse()
            return Answer(response.status, Headers(response.getheaders()), response.read())
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        """A connection on which nothing has been sent."""
        assert self.url.hostname is not None
        return socket.create_connection((self.url.hostname, self.url.port or 80), TIMEOUT)

    def send_bytes(self, data: bytes) -> bytes:
        """All that the server sends until it closes the connection, after it got ``data`` and no more."""
        with self.connect() as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))


Start = Callable[[str], ServerProcess]


@contextmanager
def shared_servers(folder: Path, covered: Container[str] = ()) -> Iterator[Start]:
    """Start each kind of server once, when it is first asked for; end all of them together."""
    with ExitStack() as stack:
        started: list[ServerProcess] = []

        @cache
        def start(kind: str) -> ServerProcess:
            process = ServerProcess(COMMANDS[kind], folder / f"{kind}.log", covered=kind in covered)
            started.append(stack.enter_context(process))
            return process

        yield start

        for process in started:
            process.terminate()
