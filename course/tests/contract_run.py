"""Run the tests of the contract against servers, from within a test."""

from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from socketserver import TCPServer
from typing import Any

import pytest

type Test = tuple[str, str]  # the URL of a server, and the name of a test


class Run:
    """A plugin of pytest. It runs all tests of the contract, or those that are chosen, and keeps the failures."""

    def __init__(self, chosen: Collection[Test] | None) -> None:
        self.chosen = chosen
        self.failures: dict[Test, pytest.TestReport] = {}
        self.count = 0

    def pytest_pycollect_makeitem(self, name: str) -> list[pytest.Item] | None:
        chosen = self.chosen is None or not name.startswith("test_") or name in {test for _, test in self.chosen}
        return None if chosen else []

    @pytest.hookimpl(wrapper=True)
    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> Generator[None, None, None]:
        """Repeat a chosen test only for its own servers."""
        option = metafunc.config.option
        urls = option.server
        if self.chosen is not None:
            option.server = [url for url, test in self.chosen if test == metafunc.definition.originalname]
        try:
            return (yield)
        finally:
            option.server = urls

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: Any, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        self.count += call.when == "call"
        if report.failed:
            self.failures[item.callspec.params["server_kind"], item.originalname] = report
        return report


def failures(urls: Iterable[str], chosen: Collection[Test] | None = None) -> dict[Test, pytest.TestReport]:
    """The reports of the tests of the contract that fail."""
    run = Run(chosen)
    output = run_pytest(urls, plugins=[run])
    assert run.count >= (len(chosen) if chosen else 300), output  # else no failure would mean nothing
    return run.failures


def run_pytest(urls: Iterable[str], *options: str, plugins: Sequence[object] = ()) -> str:
    """The output of ``pytest --server URL``."""
    servers = [argument for url in urls for argument in ("--server", url)]
    with redirect_stdout(StringIO()) as output, pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_XDIST_WORKER", raising=False)  # or pytest-benchmark warns that it measures nothing
        pytest.main([*servers, *options, "-p", "no:cacheprovider", "-p", "no:xdist", "--no-cov"], plugins)
    return output.getvalue()


@contextmanager
def serving(servers: Sequence[TCPServer]) -> Iterator[list[str]]:
    """The URLs of these servers. Each serves in a thread."""
    with ThreadPoolExecutor(2 * len(servers)) as threads:
        for server in servers:
            threads.submit(server.serve_forever, 0.1)
        try:
            yield [f"http://localhost:{server.server_address[1]}" for server in servers]
        finally:
            list(threads.map(lambda server: server.shutdown(), servers))
    for server in servers:
        server.server_close()
