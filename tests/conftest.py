"""The fixtures that every suite uses: the application in this process, and real servers in child processes."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.client import Response, Server
from tests.support.processes import ServerProcess, SharedProcesses

if TYPE_CHECKING:
    from flask import Flask

pytest_plugins = [
    "tests.support.bug_report",
    "tests.support.environment",
    "tests.support.server_option",
    "tests.support.suites",
    "tests.support.tracing",
]


@pytest.fixture
def app() -> "Flask":
    """A new application. The fixture ``client`` of pytest-flask sends requests to it, in this process."""
    from app import create_app  # not at the top: coverage cannot trace an import that precedes its start

    return create_app()


@pytest.fixture
def send(server: Server) -> Callable[..., Response]:
    """Send a request to a server: ``send("GET", "/hello", {"Origin": "null"})`` returns its response."""
    return server.send


@pytest.fixture
def server(server_kind: str, processes: SharedProcesses, request: pytest.FixtureRequest) -> Server:
    """One of our servers: the test runs once for each. With --server, that one; with a mark ``launch``, its own."""
    return Server.at(server_kind if "://" in server_kind else processes.of(request.node).url())


@pytest.fixture
def process(processes: SharedProcesses, request: pytest.FixtureRequest) -> ServerProcess:
    """The child process of ``@pytest.mark.launch("wsgi.py", HOST="::1")``, or else the one that runs ``server``."""
    return processes.of(request.node)


@pytest.fixture
def run(processes: SharedProcesses) -> Iterator[Callable[..., ServerProcess]]:
    """Start a Python process that the test may end: ``run("wsgi.py", PORT="3001")`` returns it."""
    started = []

    def run(*args: str, **environ: str) -> ServerProcess:
        started.append(processes.start(*args, **environ))
        return started[-1]

    yield run
    for process in started:
        process.terminate()  # the next test need not wait for its end


@pytest.fixture
def server_kind(request: pytest.FixtureRequest) -> str:
    """The parameter of a test that uses a server: a key of ``COMMANDS`` such as "gunicorn", or the URL of --server.

    For a test with a mark ``launch`` there is no choice, and it is the empty string.
    """
    kind: str = getattr(request, "param", "")
    return kind


@pytest.fixture(scope="session")
def processes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedProcesses]:
    """The child processes that tests share."""
    in_worker = hasattr(request.config, "workerinput")  # of pytest-xdist: other workers run most of the tests
    tests = [] if in_worker else request.session.items
    with SharedProcesses(tmp_path_factory.mktemp("processes"), tests) as processes:
        yield processes


@pytest.fixture(autouse=True)
def _start_ahead(processes: SharedProcesses) -> None:
    """Let the processes of later tests boot during this one."""
    processes.start_ahead()
