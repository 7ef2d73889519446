"""Assert the budgets, and show them in a table at the end."""

from collections.abc import Callable

import pytest

Within = Callable[[str, float, float, str], None]


@pytest.fixture
def within(record_property: Callable[[str, object], None]) -> Within:
    """Assert that a measurement is below its budget, and add both to the table: ``within("start", 0.3, 2, "s")``."""

    def within(what: str, measured: float, budget: float, unit: str) -> None:
        record_property("budget", (what, measured, budget, unit))
        assert measured < budget, f"{what}: {measured:.3g} {unit}, the budget is {budget:g} {unit}"

    return within


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    rows = [value for report in reports for name, value in report.user_properties if name == "budget"]
    if rows:
        terminalreporter.section("budgets")
        for what, measured, budget, unit in rows:
            terminalreporter.line(f"{what:<56} {measured:>8.2f} {unit:<2} of {budget:>4g} {unit}")
