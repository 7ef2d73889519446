"""When coverage traces, and what it demands.

A whole run must cover 100 % of the server: ``pytest`` without files and without an option of ``NARROWING``.
Another run is measured only if a report is requested.
"""

from collections.abc import Generator
from copy import copy
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from coverage import Coverage

NARROWING = (
    *("markexpr", "keyword", "deselect", "ignore", "ignore_glob", "lf", "stepwise", "collectonly"),
    *("lesson", "hunt", "server"),
)
TRACING: "pytest.StashKey[Coverage]" = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Start coverage if this run needs it. The option --cov would start it earlier, and for each run."""
    options = config.option
    if not config.pluginmanager.hasplugin("pytest_cov") or options.no_cov:
        return
    narrowed = any(getattr(options, option, None) for option in NARROWING)
    whole = config.args_source is config.ArgsSource.TESTPATHS and not narrowed
    requested = options.cov_report or options.cov_fail_under is not None
    plugin = config.pluginmanager.getplugin("_cov")
    if plugin is None and (whole or requested):
        from pytest_cov.plugin import CovPlugin  # type: ignore[import-untyped]

        options.cov_source = [True]  # as --cov does
        in_worker = hasattr(config, "workerinput")  # of pytest-xdist, where pytest-cov starts with the session
        plugin = CovPlugin(copy(options), config.pluginmanager, start=not in_worker)
        config.pluginmanager.register(plugin, "_cov")
    if whole and options.cov_fail_under is None:
        plugin.options.cov_fail_under = 100


@pytest.hookimpl(trylast=True)  # in a worker of pytest-xdist: after pytest-cov has started
def pytest_sessionstart(session: pytest.Session) -> None:
    """Trace the import of the server's modules. Then pause until the first test that runs their code."""
    if session.config.pluginmanager.hasplugin("_cov"):
        from coverage import Coverage

        if tracing := Coverage.current():
            session.config.stash[TRACING] = tracing
            import devserver  # noqa: F401
            import wsgi  # noqa: F401

            tracing.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Generator[None, object, object]:
    """Trace only tests that run the server's code in this process: no budget is measured under tracing."""
    tracing = item.config.stash.get(TRACING, None)
    in_process = any(map(item.get_closest_marker, ("unit", "integration"))) and "server" not in item.fixturenames
    if tracing is None or not in_process:
        return (yield)
    tracing.start()
    try:
        return (yield)
    finally:
        tracing.stop()
