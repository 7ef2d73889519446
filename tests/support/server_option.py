"""``--server URL``: run the tests of the contract against a server that is already running, in any language."""

import http.client
import inspect
import ssl
from collections.abc import Generator
from urllib.parse import urlsplit

import pytest

from tests.support.client import Server
from tests.support.processes import COMMANDS, closest_mark

PROBE_TIMEOUT = 5.0  # seconds
DESELECTED = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--server", action="append", metavar="URL", help="test a server that is running: http://localhost:3000"
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
        response = Server.at(url).send("GET", "/health", timeout=PROBE_TIMEOUT)
    except ssl.SSLCertVerificationError as error:
        return f"its certificate is not trusted: {error.verify_message}"
    except TimeoutError:
        return f"no response within {PROBE_TIMEOUT:g} seconds"
    except (OSError, http.client.HTTPException) as error:
        return f"no response: {getattr(error, 'strerror', None) or str(error).strip() or type(error).__name__}"
    if 300 <= response.status < 400:
        return f"it redirects to {response.headers.get('Location')}, so give that URL if it is the server's"
    return None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Repeat a test of a server: for each ``--server``, or else for each kind of server that its mark allows.

    A test with a mark ``launch`` runs once, because it has its own process.
    """
    mark = closest_mark(metafunc.definition)
    if "server_kind" in metafunc.fixturenames and (mark is None or mark.name != "launch"):
        kinds = metafunc.config.getoption("server") or [kind for kind in COMMANDS if mark is None or kind in mark.args]
        metafunc.parametrize("server_kind", kinds, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With ``--server``, keep the tests that use a server from outside, and do not need its process."""
    if config.getoption("server"):
        kept = [item for item in items if is_from_outside(item)]
        deselected = [item for item in items if not is_from_outside(item)]
        config.hook.pytest_deselected(items=deselected)
        config.stash[DESELECTED] = len(deselected)
        items[:] = kept


def is_from_outside(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    mark = closest_mark(item)
    return "server" in names and not names & {"process", "run"} and (mark is None or mark.name != "launch")


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """End the report of a failure with the contract's sentence and the last requests and responses."""
    report = yield
    server = getattr(item, "funcargs", {}).get("server")
    if report.failed and isinstance(server, Server) and server.exchanges:
        sentence = item.name.split("[")[0].removeprefix("test_").replace("_", " ")
        if source := inspect.getdoc(getattr(item, "function", None)):
            sentence += ". " + source.partition("\n")[0]
        lines = ["The contract wants:", sentence, *map(str, server.exchanges[-3:])]
        report.sections.append(("request and response", "\n".join(lines)))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if urls := config.getoption("server"):
        count = config.stash.get(DESELECTED, None)
        terminalreporter.section(" ".join(["server", *urls]))
        terminalreporter.line(
            f"{'Some' if count is None else count} of the tests that were deselected need the process itself "
            "(its start, environment, signals, log or memory), or the application in this one."
        )
