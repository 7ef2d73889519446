"""Compare outputs: what may differ, and what may not."""

import pytest

from course.compare import lines_covered, matches, merge


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("2024-01-01T12:00:00.123456+00:00", "2026-11-22T13:06:35.000001+00:00"),
        ("2024-01-01 12:00:00,123 INFO x", "2026-11-22 13:06:35,999 INFO x"),
        ("[01/Jan/2024 12:00:00]", "[22/Nov/2026 13:06:35]"),
        ("1 passed in 0.12s", "1 passed in 12.34s"),
        ("200 27 bytes 0.8 ms", "200 27 bytes 12.3 ms"),
        ("   Process ID: 12345", "   Process ID: 7"),
        ("[2024-01-01 12:00:00 +0000] [12] [INFO] x (pid: 13)", "[2026-11-22 13:06:35 +0000] [7] [INFO] x (pid: 8)"),
        ("[1] 12345", "[1] 7"),
        ("http://localhost:54321/hello", "http://localhost:49152/hello"),
        ("/tmp/pytest-of-you/pytest-0/x", "/tmp/pytest-of-root/pytest-12/y"),
        ("platform linux -- Python 3.12.1, pytest-9.2.0", "platform linux -- Python 3.14.0, pytest-9.3.1"),
        ("Server: Werkzeug/3.1.9 Python/3.12.1", "Server: Werkzeug/3.2.0 Python/3.13.0"),
        ("lib/python3.12/site.py", "lib/python3.14/site.py"),
        ("import time:       341 |     108065 |   flask", "import time:      1341 |       8065 |   flask"),
        ("GET ...", "GET /hello"),
        ("1 passed in ...", "1 passed in 0.12s"),
        ("Trying [::1]:3000...", "Trying [::1]:3000..."),
    ],
)
def test_a_value_that_changes_from_run_to_run_may_differ(expected, actual):
    assert matches([expected], [actual])


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("2024-01-01T12:00:00.123456+00:00", "2026-11-22T13:06:35.123+00:00"),
        ("2024-01-01T12:00:00+00:00", "2024-01-01T12:00:00"),
        ("0.8 ms", "0.8 s"),
        ('{"version": "1.0.0"}', '{"version": "1.0.1"}'),
        ("HTTP/1.1 200 OK", "HTTP/1.0 200 OK"),
        ("http://localhost:3000", "http://localhost:3001"),
        ("127.0.0.1", "127.0.0.2"),
        ("27 bytes", "26 bytes"),
        ("PORT='65536' is refused", "PORT='65537' is refused"),
        ("31.2 MB", "31.3 MB"),
        ("import time:       341 |     108065 |   flask", "import time:       341 |     108065 | flask"),
        ("GET ... 200", "GET /hello 200"),
    ],
)
def test_any_other_value_may_not_differ(expected, actual):
    assert not matches([expected], [actual])


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        ("", "", True),
        ("1|2", "1|2", True),
        ("1", "1|2", False),
        ("1|2", "1", False),
        ("...", "1|2", True),
        ("...", "", True),
        ("1|...", "1|2|3", True),
        ("...|3", "1|2|3", True),
        ("1|...|3", "1|3", True),
        ("1|...|1", "1", False),
        ("1|...|2|...|3", "1|2|3", True),
        ("...|3|...|2|...", "1|2|3", False),
        ("...|1|2", "1|1|2", True),
        ("...|1|...|2", "2|1|2", True),
        ("...|1", "1|2", False),
    ],
)
def test_gap_replaces_any_number_of_lines(expected, actual, same):
    assert matches(lines(expected), lines(actual)) is same


@pytest.mark.parametrize(
    ("expected", "actual", "covered"),
    [
        ("1", "1|2|3", 1),
        ("1|...", "1|2|3", 1),
        ("...|2", "1|2|3", 2),
        ("...|2", "2|1|2", 1),
        ("2", "1|2|3", None),
        ("...|4", "1|2|3", None),
        ("", "1|2|3", 0),
    ],
)
def test_output_of_a_server_is_compared_as_far_as_the_lesson_shows_it(expected, actual, covered):
    assert lines_covered(lines(expected), lines(actual)) == covered


@pytest.mark.parametrize(
    ("expected", "actual", "corrected"),
    [
        ("old 1|...|old 2", "NEW FIRST|middle|zzz", "NEW FIRST|...|zzz"),
        ("old|...", "1|2|3", "1|..."),
        ("...|old", "1|2|3", "...|3"),
        ("old|...|gone", "1", "1|..."),
        ("tea|old|...|milk", "tea|1|2|milk", "tea|1|...|milk"),
        ("tea|...|old|milk", "tea|1|2|milk", "tea|...|2|milk"),
        ("...|tea|old|...|gone", "1|tea|2|3|4", "...|tea|2|...|4"),
        ("3 passed in ...", "2 failed, 1 passed in 0.50s", "2 failed, 1 passed in ..."),
        ("1.2 s", "1.5 s", "1.2 s"),
    ],
)
def test_update_keeps_gaps_and_right_lines(expected, actual, corrected):
    assert merge(lines(expected), lines(actual)) == lines(corrected)


def lines(text):
    return text.split("|") if text else []
