"""What the failure of a test against a server shows.

With ``--server``, it is a report for the person who wrote that server, and failures with one cause are one entry.
Otherwise pytest shows the failed test, and this plugin adds the requests and responses.
"""

import datetime
import re
from collections.abc import Generator, Iterator
from difflib import SequenceMatcher
from textwrap import indent, wrap
from typing import Any

import pytest
from werkzeug.exceptions import BadRequestKeyError

from tests.contract import clauses
from tests.support.client import Server

type Comparison = tuple[str, object, object]  # operator, left and right

COMPARISON = pytest.StashKey[Comparison | None]()
PROPERTY = "contract"  # of a test report; pytest-xdist passes it on
LONGEST = 500  # characters of a value


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a mark ``clause`` whose number is not in CONTRACT.md: no failure of its test could be reported."""
    known = list(clauses())
    for item in items:
        if (mark := item.get_closest_marker("clause")) and mark.args[0] not in known:
            file = item.nodeid.partition("::")[0]
            raise pytest.UsageError(
                f"{file}: {item.name} has clause {mark.args[0]}; write one of {known[0]} to {known[-1]}"
            )


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> None:
    """Keep the values of a comparison that failed. pytest explains it as usual."""
    config.stash[COMPARISON] = op, left, right


@pytest.hookimpl(wrapper=True, tryfirst=True)  # so it sees a report last, after course.plugin has added the lesson
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    comparison = item.config.stash.get(COMPARISON, None)
    item.config.stash[COMPARISON] = None
    mark = item.get_closest_marker("clause")
    server = getattr(item, "funcargs", {}).get("server")
    exchanges = server.exchanges if isinstance(server, Server) else []
    if item.config.getoption("server") and mark and (report.when == "call" or report.failed):
        result: dict[str, Any] = {"clause": mark.args[0]}
        if report.failed and call.excinfo:
            received = exchanges[-1].received if exchanges else ""
            pairs = list(expected_and_actual(call.excinfo.value, comparison, received))
            result |= {
                "cause": str(cause(pairs, item) if comparison else (call.excinfo.typename, function_name(item))),
                "test": sentence(item),
                "request": list(dict.fromkeys(exchange.repeat for exchange in exchanges))[-5:],
                "expected": [expected for expected, _ in pairs],
                "actual": [actual for _, actual in pairs],
                "lesson": [value for name, value in report.user_properties if name == "lesson"],
            }
        report.user_properties.append((PROPERTY, result))
    elif report.failed and exchanges:
        lines = [f"{mark.args[0]}. {clauses()[mark.args[0]][1]}"] if mark else []
        report.sections.append(("request and response", "\n".join([*lines, *map(str, exchanges[-3:])])))
    return report


def function_name(item: pytest.Item) -> str:
    return str(getattr(item, "originalname", item.name))


def sentence(item: pytest.Item) -> str:
    """The name of a test in words, and the first line of its docstring."""
    name = function_name(item).removeprefix("test_").replace("_", " ")
    doc = getattr(item, "function", None).__doc__ or ""
    return f"{name}. {doc.partition('\n')[0]}".rstrip(". ") + "."


def expected_and_actual(
    error: BaseException, comparison: Comparison | None, received: str
) -> Iterator[tuple[str, str]]:
    """The pairs of values that differ."""
    if isinstance(error, BadRequestKeyError):  # of response.headers["Content-Type"]
        yield f"the header {error.args[0]}", "no such header"
    elif isinstance(error, ValueError | LookupError):
        yield "a body as in this clause", f"{received.rpartition('\n')[2]} ({type(error).__name__}: {error})"
    elif not isinstance(error, AssertionError):
        yield "a response", f"{type(error).__name__}: {error}"
    elif comparison is None:
        yield "see the test", str(error).partition("\n")[0]
    else:
        op, left, right = comparison
        words = {"<": "less than", "in": "one of"}.get(op, op)
        message = re.match(r"(?!assert )[^\n]+", str(error))  # of the test itself
        if op == "==":
            yield from differences(right, left)
        elif op == "not in":
            yield f"nothing with {shown(left)}", shown(right)
        else:
            yield f"{words} {shown(right)}", message[0] if message else shown(left)


def differences(expected: object, actual: object) -> Iterator[tuple[str, str]]:
    """Take tuples and dictionaries apart, and leave out their equal values."""
    if isinstance(expected, tuple) and isinstance(actual, tuple) and len(expected) == len(actual):
        for pair in zip(expected, actual, strict=True):
            if pair[0] != pair[1]:
                yield from differences(*pair)
    elif isinstance(expected, dict) and isinstance(actual, dict):
        for name in {**expected, **actual}:
            if expected.get(name) != actual.get(name):
                nothing = type({**expected, **actual}[name])()
                yield (
                    f"{shown(name)}: {shown(expected.get(name, nothing))}",
                    f"{shown(name)}: {shown(actual.get(name, nothing))}",
                )
    else:
        yield shown(expected), shown(actual)


def shown(value: object) -> str:
    """A value as one line of text."""
    match value:
        case bytes():
            return shown(value.decode(errors="backslashreplace"))
        case str():
            text = "".join(each if each.isprintable() else repr(each)[1:-1] for each in value[:LONGEST])
            return (text + " …" if len(value) > LONGEST else text) or "(nothing)"
        case set() | frozenset():
            return shown(sorted(value, key=str))
        case list() | tuple():
            return ", ".join(map(shown, value)) or "(nothing)"
        case float():
            return f"{value:.3g}"
        case datetime.timedelta():
            return f"{value.total_seconds():g} seconds"
        case _:
            return str(value)


def cause(pairs: list[tuple[str, str]], item: pytest.Item) -> list[object]:
    """The parts that differ, without the text around them: they are the same for all failures with one cause.

    If long values have little in common, the failures of one test are taken for one cause.
    """
    parts: list[object] = []
    for expected, actual in pairs:
        codes = SequenceMatcher(None, expected, actual, autojunk=False).get_opcodes()
        changes = sorted({(expected[a:b], actual[c:d]) for tag, a, b, c, d in codes if tag != "equal"})
        if actual.endswith(": (nothing)"):
            parts.append(actual)
        elif len(changes) == 1 or sum(len(old) + len(new) for old, new in changes) < len(expected) / 2:
            parts.append(changes)
        else:
            parts.append((expected, actual) if len(expected + actual) < 40 else function_name(item))
    return parts


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Keep what breaks the contract out of pytest's own list of failures: the summary has it."""
    if report.failed and any("cause" in result for result in results([report])):
        return "broken", "F", "FAILED"
    return None


def results(reports: list[Any]) -> list[dict[str, Any]]:
    properties = [each for report in reports for each in getattr(report, "user_properties", [])]
    return [value for name, value in properties if name == PROPERTY]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not (urls := config.getoption("server")):
        return
    ran = results([report for reports in terminalreporter.stats.values() for report in reports])
    if not ran:
        return
    failures: dict[str, list[dict[str, Any]]] = {}
    for result in ran:
        if "cause" in result:
            failures.setdefault(result["cause"], []).append(result)

    terminalreporter.section(" ".join(["server", *urls]))
    for entry in sorted(failures.values(), key=lambda entry: int(entry[0]["clause"][1:])):
        terminalreporter.line(bug_report(entry))
    broken = {result["clause"] for entry in failures.values() for result in entry}
    groups: dict[str, list[str]] = {}
    for number, (group, _) in clauses().items():
        groups.setdefault(group, []).append(number)
    for group, numbers in groups.items():
        tested = {result["clause"] for result in ran} & set(numbers)
        state = "broken: " + ", ".join(each for each in numbers if each in broken) if broken & tested else "kept"
        terminalreporter.line(f"{group:<8} {state if tested else 'not tested'}")


def bug_report(failures: list[dict[str, Any]]) -> str:
    """An entry of the summary, from the failures with one cause."""
    first, *others = failures
    lines = wrap(f"{first['clause']}. {clauses()[first['clause']][1]}", 100, break_on_hyphens=False)
    for title in ("test", "request", "expected", "actual", "lesson"):
        text = first[title] if isinstance(first[title], str) else "\n".join(first[title])
        if text:
            lines.append(f"  {title:<8}  " + indent(text, " " * 12).strip())
    if others:
        numbers = sorted({each["clause"] for each in failures}, key=lambda number: int(number[1:]))
        more = "1 more test fails" if len(others) == 1 else f"{len(others)} more tests fail"
        lines.append(f"  and {more} for the same reason ({', '.join(numbers)})")
    return "\n".join(lines) + "\n"
