"""``--server URL``: the contract asked of a server that is already running, whoever wrote it."""

import http.client
import inspect
import ssl
from collections.abc import Generator
from urllib.parse import urlsplit

import pytest

from tests.support.client import Server

PROBE_TIMEOUT = 5.0  # seconds
DESELECTED = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--server", action="append", metavar="URL", help="ask a server that is running: http://localhost:3000"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a server that cannot be asked, before the first test would fail for it."""
    if not hasattr(config, "workerinput"):  # of xdist: its controller has asked
        for url in config.getoption("server") or []:
            if reason := refusal(url):
                raise pytest.UsageError(f"--server {url}: {reason}")


def refusal(url: str) -> str | None:
    """Why the server at ``url`` cannot be asked, or None."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0 or parts.query:
            return "not a URL such as http://localhost:3000"
    except ValueError:
        return "not a URL such as http://localhost:3000"
    try:
        answer = Server.at(url).send("GET", "/health", timeout=PROBE_TIMEOUT)
    except ssl.SSLCertVerificationError as error:
        return f"its certificate is not trusted: {error.verify_message}"
    except TimeoutError:
        return f"no answer within {PROBE_TIMEOUT:g} seconds"
    except (OSError, http.client.HTTPException) as error:
        return f"no answer: {getattr(error, 'strerror', None) or str(error).strip() or type(error).__name__}"
    if 300 <= answer.status < 400:
        return f"redirects to {answer.headers.get('Location')}: name the server that answers"
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what can be asked from outside: the tests that talk to a server and do not start one."""
    if config.getoption("server"):
        kept = [item for item in items if asks_from_outside(item)]
        deselected = [item for item in items if not asks_from_outside(item)]
        config.hook.pytest_deselected(items=deselected)
        config.stash[DESELECTED] = len(deselected)
        items[:] = kept


def asks_from_outside(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    return bool(names & {"send", "server"}) and not names & {"start", "own_server", "process", "run"}


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """End the report of a failure with what was sent, what the contract wants and what came back."""
    report = yield
    exchanges = getattr(item, "funcargs", {}).get("exchanges")
    if report.failed and exchanges:
        wanted = item.name.split("[")[0].removeprefix("test_").replace("_", " ")
        if source := inspect.getdoc(getattr(item, "function", None)):
            wanted += ". " + source.partition("\n")[0]
        report.sections.append(("request and answer", "\n".join(["The contract wants:", wanted, *exchanges[-3:]])))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if urls := config.getoption("server"):
        count = config.stash.get(DESELECTED, None)
        terminalreporter.section(" ".join(["server", *urls]))
        terminalreporter.line(
            f"{'Some' if count is None else count} of the tests that were deselected need the process itself "
            "(its start, environment, signals, log or memory), or the application in this one."
        )
