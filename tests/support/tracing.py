"""What coverage traces, and how much of it a run demands."""

import gc
from collections.abc import Generator

import coverage
import pytest

TRACING = pytest.StashKey[coverage.Coverage]()


def pytest_configure(config: pytest.Config) -> None:
    """Ask 100 % coverage of a whole run; of a part, show what it covers only to who asks for a report."""
    plugin = config.pluginmanager.getplugin("_cov")
    narrowing = ("markexpr", "keyword", "deselect", "ignore", "ignore_glob", "lf", "lesson", "server")
    if plugin is None:
        return
    narrowed = any(config.getoption(option, None) for option in narrowing)
    if narrowed or config.args_source is not config.ArgsSource.TESTPATHS:
        plugin.options.cov_report = config.getoption("cov_report")
    elif config.getoption("cov_fail_under") is None:
        plugin.options.cov_fail_under = 100


def pytest_collection_finish(session: pytest.Session) -> None:
    """Before the tests, see to it that they are fast.

    What has been imported stays, so the garbage collector need not look through it again. Coverage's tracing doubles
    the time of all that runs: it stops here, and :func:`pytest_runtest_call` goes on with it.
    """
    gc.freeze()
    if tracing := coverage.Coverage.current():
        session.config.stash[TRACING] = tracing
        tracing.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Generator[None, object, object]:
    """Trace what runs the code in this process, and that alone: no budget is measured under tracing."""
    tracing = item.config.stash.get(TRACING, None)
    suites = any(map(item.get_closest_marker, ("unit", "integration")))
    if tracing is None or not suites or "kind" in item.fixturenames:
        return (yield)
    tracing.start()
    try:
        return (yield)
    finally:
        tracing.stop()
