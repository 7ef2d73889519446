"""What every suite uses: a clean environment, the application, and the servers in child processes."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import pytest
from flask import Flask

VARIABLES = ["HOST", "PORT", "FLASK_ENV", "FLASK_DEBUG", "SECRET_KEY", "CORS_ORIGINS", "FLASK_APP", "GUNICORN_CMD_ARGS"]

# Before any test module is imported: the settings and the .env of whoever runs the tests stay out of them.
for variable in VARIABLES:
    os.environ.pop(variable, None)
os.environ.update(PYTHON_DOTENV_DISABLED="1", FLASK_SKIP_DOTENV="1")

from app import create_app  # noqa: E402
from tests.support.client import Response, Server, exchange  # noqa: E402
from tests.support.processes import COMMANDS, ServerProcess, Start, launch, shared_servers  # noqa: E402

pytest_plugins = ["tests.lesson_plugin", "tests.support.server_option", "tests.support.tracing"]

Send = Callable[..., Response]
Launched = Callable[[pytest.Item], ServerProcess]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses ``send`` in process and against each server, one that uses ``server`` against each.

    A test that is marked with ``servers`` runs against those alone, or in process where this system has none of them.
    With ``--server`` all ask that server instead.
    """
    if "kind" not in metafunc.fixturenames:
        return
    kinds = metafunc.config.getoption("server")
    if not kinds:
        marker = metafunc.definition.get_closest_marker("servers")
        kinds = [kind for kind in COMMANDS if marker is None or kind in marker.args]
        if "send" in metafunc.fixturenames and (marker is None or not kinds):
            kinds.insert(0, "in process")
    metafunc.parametrize("kind", kinds)


@pytest.fixture
def app() -> Flask:
    """An application of the test's own, which pytest-flask's ``client`` asks."""
    return create_app()


@pytest.fixture(scope="session")
def start(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """The process of a kind of server, which lasts as long as the session."""
    asked = {item.callspec.params.get("kind") for item in request.session.items if hasattr(item, "callspec")}
    with shared_servers(tmp_path_factory.mktemp("servers"), asked & COMMANDS.keys()) as start:
        yield start


@pytest.fixture(scope="session", autouse=True)
def launched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    """The process that a test is marked with: tests under one mark, of a file or of a parameter, share one.

    All are started before the first test, and boot beside the tests that need none, without holding these up.
    """
    folder = tmp_path_factory.mktemp("launched")
    with ExitStack() as stack:
        processes: dict[int, ServerProcess] = {}

        def launched(item: pytest.Item) -> ServerProcess:
            marker = item.get_closest_marker("launch")
            assert marker
            if id(marker) not in processes:
                process = launch(folder / str(len(processes)), *marker.args, **marker.kwargs)
                processes[id(marker)] = stack.enter_context(process)
            return processes[id(marker)]

        if not hasattr(request.config, "workerinput"):  # of xdist, whose workers share the tests
            request.getfixturevalue("start")
            for item in request.session.items:
                if item.get_closest_marker("launch"):
                    launched(item).be_nice()
        yield launched
        for process in processes.values():
            process.terminate()


@pytest.fixture
def process(launched: Launched, request: pytest.FixtureRequest) -> ServerProcess:
    """The process of ``@pytest.mark.launch("wsgi.py", HOST="::1")``."""
    return launched(request.node)


@pytest.fixture
def exchanges() -> list[str]:
    """What was sent and what came back, for the report of a failure."""
    return []


@pytest.fixture
def own_server(kind: str, start: Start, exchanges: list[str]) -> Server:
    """A server of this project; for what the contract leaves to others."""
    return Server.at(start(kind).url(), exchanges)


@pytest.fixture
def server(kind: str, exchanges: list[str], request: pytest.FixtureRequest) -> Server:
    """The server of ``--server``, or each of this project in turn."""
    if "://" in kind:
        return Server.at(kind, exchanges)
    own: Server = request.getfixturevalue("own_server")
    return own


@pytest.fixture
def send(kind: str, exchanges: list[str], request: pytest.FixtureRequest) -> Send:
    """Send a request, in process or to a server: ``send("GET", "/hello", {"Origin": "null"})``."""
    if kind != "in process":
        server: Server = request.getfixturevalue("server")
        return server.send
    client = request.getfixturevalue("client")

    def send(method: str, path: str, headers: Mapping[str, str] | None = None) -> Response:
        response = client.open(path, method=method, headers=headers)
        answer = Response(response.status_code, response.headers, response.data)
        exchanges.append(exchange(method, path, headers, answer))
        return answer

    return send


@pytest.fixture
def prefix(kind: str) -> str:
    """A pattern of what stands before the path in an error: a server behind a prefix may name it or not."""
    return f"(?:{re.escape(Server.at(kind).url.path)})?" if "://" in kind else ""
