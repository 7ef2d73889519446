"""``--server URL``: run the tests of the contract against a server that is already running, in any language."""

import http.client
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.client import Server
from tests.support.processes import COMMANDS, closest_mark

PROBE_TIMEOUT = 5.0  # seconds


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--server",
        action="append",
        metavar="URL",
        help="run the tests of the contract against a server that is running: http://localhost:3000",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a server that cannot be tested, before the first test fails because of it."""
    if not hasattr(config, "workerinput"):  # the controller of pytest-xdist has checked it for its workers
        for url in config.getoption("server") or []:
            if reason := refusal(url):
                raise pytest.UsageError(f"--server {url}: {reason}")


def refusal(url: str) -> str | None:
    """The reason why the server at ``url`` cannot be tested, or None."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0 or parts.query:
            return "not a URL such as http://localhost:3000"
    except ValueError:
        return "not a URL such as http://localhost:3000"
    try:
        response = Server.at(url).send("GET", "/hello", timeout=PROBE_TIMEOUT)
    except ssl.SSLCertVerificationError as error:
        return f"its certificate is not trusted: {error.verify_message}"
    except TimeoutError:
        return f"no response within {PROBE_TIMEOUT:g} seconds"
    except (OSError, http.client.HTTPException) as error:
        return f"no response: {getattr(error, 'strerror', None) or str(error).strip() or type(error).__name__}"
    if 300 <= response.status < 400:
        return f"it redirects to {response.headers.get('Location')}, so pass that URL if it belongs to the server"
    if response.status == 404:
        return "its /hello is a 404, so add the prefix if it has one, such as /api"
    return None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Repeat a test of a server: for each ``--server``, or else for each kind of server that its mark allows.

    A test with a mark ``launch`` runs once, because it has its own process.
    """
    mark = closest_mark(metafunc.definition)
    if "server_kind" in metafunc.fixturenames and (mark is None or mark.name != "launch"):
        kinds = metafunc.config.getoption("server") or [kind for kind in COMMANDS if mark is None or kind in mark.args]
        metafunc.parametrize("server_kind", kinds, indirect=True)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With ``--server``, do not even import the test files without a clause: they need Flask and other packages."""
    if not config.getoption("server") or not collection_path.match("test_*.py") or is_of_the_reader(collection_path):
        return None
    return "mark.clause(" not in collection_path.read_text(encoding="utf-8") or None


@pytest.hookimpl(trylast=True)  # --lesson has chosen its tests
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With ``--server``, keep the tests of the contract, and those of the reader that use a server."""
    if config.getoption("server"):
        kept = [item for item in items if item.get_closest_marker("clause") or is_readers_test_of_a_server(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def is_readers_test_of_a_server(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    mark = closest_mark(item)
    own_process = names & {"process", "run"} or (mark and mark.name == "launch")
    return is_of_the_reader(item.path) and "server" in names and not own_process


def is_of_the_reader(file: Path) -> bool:
    return file.parent.match("tests/yours")


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> str | None:
    """Say why there is nothing to do for some lessons."""
    if config.getoption("server") and config.getoption("lesson") and not items:
        return (
            f"Lesson {', '.join(config.getoption('lesson'))} has no test of the contract. "
            "Its tests see our server from inside: its start, settings, log or code."
        )
    return None
