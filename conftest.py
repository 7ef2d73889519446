"""Register the options of the lessons and of the hunt, for each way to call pytest."""

from contextlib import suppress

import pytest

pytest_plugins = ["course.hunt", "course.plugin"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Accept the options of pytest.ini also without their plugins: ``--server`` needs only pytest and Werkzeug."""
    for option in ("--no-cov-on-fail", "--benchmark-columns"):
        with suppress(ValueError):  # the plugin is installed
            parser.addoption(option, nargs="?")
