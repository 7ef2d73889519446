"""A real browser, the attacker's pages on another port, and copies of our server that send other headers."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.support.processes import TIMEOUT, ServerProcess, attempts

if TYPE_CHECKING:  # only `make browser` installs Playwright
    from playwright.sync_api import Browser, Page

BROWSERS = [
    "google-chrome",
    "chromium",
    "chromium-browser",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
]
NO_PLAYWRIGHT = "Playwright is not installed. Run `make browser`, which installs it."
NO_BROWSER = "There is no Chrome and no Chromium. Install one of them, or run `.venv/bin/playwright install chromium`."
COPY = ["-m", "flask", "--app", "tests.browser.changed", "run", "--host", "localhost", "--port", "0"]
ATTACKER = ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", "examples/attacks"]

Serve = Callable[..., ServerProcess]


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """The Chromium that Playwright installed, or else the system's Chrome or Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason=NO_PLAYWRIGHT)
    with playwright.sync_playwright() as driver:
        found = [path for name in (driver.chromium.executable_path, *BROWSERS) if (path := shutil.which(name))]
        if not found:
            pytest.skip(NO_BROWSER)
        # Playwright turns off the back/forward cache. A person's browser has it.
        options = {"executable_path": found[0], "ignore_default_args": ["--disable-back-forward-cache"]}
        with driver.chromium.launch(**options) as browser:
            yield browser


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Start our server as it is, ``serve()``, or a copy that sends other headers, ``serve({"X-Frame-Options": None})``.

    The keyword arguments are environment variables. Calls with equal arguments get the same process.
    """
    folder = tmp_path_factory.mktemp("servers")
    with ExitStack() as stack:
        started: dict[str, ServerProcess] = {}

        def serve(changes: Mapping[str, str | None] | None = None, **environ: str) -> ServerProcess:
            key = json.dumps([changes, environ])
            if key not in started:
                command = ["wsgi.py"] if changes is None else COPY
                variables = {"CHANGES": json.dumps(changes), **environ}
                process = ServerProcess(command, folder / f"{len(started)}.log", variables)
                started[key] = stack.enter_context(process)
            return started[key]

        yield serve
        for process in started.values():
            process.terminate()


@pytest.fixture(scope="session")
def attacker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of the attacker's pages. Its port differs from our server's, so it is another origin."""
    with ServerProcess(ATTACKER, tmp_path_factory.mktemp("attacker") / "log") as process:
        port = process.wait_for(r"http://\S+:(\d+)")[1]
        yield f"http://localhost:{port}"


class Visitor:
    """A person whose browser has one tab, and no cookies or history yet."""

    def __init__(self, page: "Page", attacker: str) -> None:
        self.page = page
        self.attacker = attacker
        self.messages: list[str] = []
        page.on("console", lambda message: self.messages.append(message.text))

    @property
    def console(self) -> str:
        """The messages of the browser's console since the last :meth:`open`."""
        return "\n".join(self.messages)

    def open(self, attack: str, server: ServerProcess, **query: str) -> None:
        """Open a page of the attacker that attacks ``server``."""
        self.messages.clear()
        self.page.goto(f"{self.attacker}/{attack}?{urlencode({'target': server.url(), **query})}")

    def log_in(self, server: ServerProcess) -> None:
        self.page.context.add_cookies([{"name": "user", "value": "ada", "url": server.url()}])

    def wait_until(self, condition: Callable[[], object]) -> None:
        for _ in attempts():
            if condition():
                return
            self.page.wait_for_timeout(5)  # milliseconds; Playwright handles events only inside its own calls
        pytest.fail(f"{self.page.url} shows\n{self.page.inner_text('body')}\nand its console\n{self.console}")


@pytest.fixture
def visitor(browser: "Browser", attacker: str) -> Iterator[Visitor]:
    with browser.new_context() as context:
        context.set_default_timeout(TIMEOUT * 1000)
        yield Visitor(context.new_page(), attacker)


@pytest.fixture
def compare(visitor: Visitor, record_property: Callable[[str, object], None]) -> Callable[..., tuple[str, str]]:
    """Attack a server that has a header, and one that lacks it. The table at the end shows both outcomes."""

    def compare(
        header: str,
        attack: Callable[[Visitor, ServerProcess], str],
        with_it: ServerProcess,
        without_it: ServerProcess,
    ) -> tuple[str, str]:
        outcomes = attack(visitor, with_it), attack(visitor, without_it)
        record_property("outcomes", [header, *outcomes])
        return outcomes

    return compare


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the outcomes as a table. If the tests were skipped, say once how to run them."""
    for reason in {report.longrepr[2] for report in terminalreporter.getreports("skipped")}:
        terminalreporter.line(reason)
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    rows = [outcomes for report in reports for name, outcomes in report.user_properties if name == "outcomes"]
    if rows:
        rows = [["header", "with it", "without it"], *rows]
        widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
        terminalreporter.section("headers in a real browser")
        for header, with_it, without_it in rows:
            terminalreporter.line(f"{header:<{widths[0]}} | {with_it:<{widths[1]}} | {without_it}")
