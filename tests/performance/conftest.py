"""Assert the budgets, and show them in a table at the end. ``make bench`` shows its ratios."""

import statistics
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
    properties = [each for report in reports for each in report.user_properties]
    if budgets := [value for name, value in properties if name == "budget"]:
        terminalreporter.section("budgets")
        for what, measured, budget, unit in budgets:
            terminalreporter.line(f"{what:<56} {measured:>8.2f} {unit:<2} of {budget:>4g} {unit}")
    if ratios := [value for name, value in properties if name == "ratio"]:
        terminalreporter.section("beside bare Flask")
        terminalreporter.line(f"{'':<58} median  quartiles      rounds  aim")
        for what, values, aim in ratios:
            low, median, high = statistics.quantiles(values, n=4, method="inclusive")
            sign, bound = aim.split()
            met = median <= float(bound) if sign == "<=" else median >= float(bound)
            quartiles = f"{low:.2f} to {high:.2f}"
            terminalreporter.line(
                f"{what:<58} {median:>6.2f}  {quartiles:<13} {len(values):>7}  {aim:<7} {'' if met else 'missed'}"
            )
