"""Each test of a suite has the suite's mark. Without it, ``pytest -m unit`` would leave the test out."""

import pytest

SUITES = {"unit", "integration", "performance", "security", "browser"}


@pytest.hookimpl(tryfirst=True)  # before -m deselects the tests without the mark
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        return  # pytest-xdist reports a usage error of its workers as an internal error
    for item in items:
        file = item.nodeid.partition("::")[0]
        folder, suite, *_ = [*file.split("/"), ""]
        if folder == "tests" and suite in SUITES and not item.get_closest_marker(suite):
            raise pytest.UsageError(f"{file}: {item.name} lacks its mark; write pytestmark = pytest.mark.{suite}")
