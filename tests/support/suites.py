"""Each test of a suite has the suite's mark. Without it, ``pytest -m unit`` would skip the test silently."""

import pytest

SUITES = ("unit", "integration", "performance", "security", "browser")


@pytest.hookimpl(tryfirst=True)  # before -m deselects the tests without the mark
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        for suite in SUITES:
            if config.rootpath / "tests" / suite in item.path.parents and not item.get_closest_marker(suite):
                file = item.path.relative_to(config.rootpath).as_posix()
                raise pytest.UsageError(f"{file}: {item.name} has no mark; write pytestmark = pytest.mark.{suite}")
