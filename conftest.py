"""What every run of pytest needs: ``--lesson`` and ``--hunt``, a working Ctrl-C, and a quick end."""

import signal
import sys
from contextlib import suppress

import pytest

pytest_plugins = ["course.hunt", "course.plugin"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Accept the options of pytest.ini even if their plugins are not installed: ``--server`` does not need them."""
    for option in ("--no-cov-on-fail", "--benchmark-columns"):
        with suppress(ValueError):  # the plugin is installed
            parser.addoption(option, nargs="?")


def pytest_configure() -> None:
    """Let SIGINT end the servers even in ``pytest &``: a shell ignores it there, and child processes inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Skip the summary of Hypothesis if no test has imported it: it would import all of Hypothesis to say nothing."""
    plugins = session.config.pluginmanager
    if "hypothesis" not in sys.modules and (plugin := plugins.get_plugin("hypothesispytest")):
        plugins.unregister(plugin)
