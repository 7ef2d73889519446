"""Compare what a lesson shows with what a command prints.

A line ``...`` replaces any number of lines, and ``...`` at the end of a line replaces the rest of it.
What changes from run to run, such as a date or a process id, is normalised on both sides.
"""

import re
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher, get_close_matches

CLOCK = r"\d\d:\d\d:\d\d"
LOCAL_HOST = r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])"
NORMALISED: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    # 2026-11-22T13:06:35.123456: the number of digits matters, their values don't
    (rf"\d{{4}}-\d\d-\d\d[T ]{CLOCK}([.,]\d+)?", lambda date: re.sub(r"\d", "0", date[0])),
    # Sun, 22 Nov 2026 12:50:49 GMT
    (rf"\w{{3}}, \d\d \w{{3}} \d{{4}} {CLOCK} GMT", "<date>"),
    # 22/Nov/2026 13:06:35
    (rf"\d\d/\w{{3}}/\d{{4}}[ :]{CLOCK}", "<date>"),
    # 0.12s, 12.3 ms, 1m2.345s
    (r"\b(\d+m)?\d+\.\d+( ?)(s|ms|µs|us|ns|seconds?)\b", r"<duration>\2\3"),
    # import time:       341 |     108065 |   flask, as -X importtime prints in microseconds
    (r"^import time: +\d+ \| +\d+ \|", "import time: <duration> | <duration> |"),
    # Process ID: 7, (pid: 7), [1] 7 as a shell prints for a job, 2026-11-22 13:06:35] [7] as gunicorn logs
    (r"(Process ID: |pid: ?|^\[\d+\] |\d\] \[|:\d+ \()\d+\b", r"\1<pid>"),
    # a port that the system chose has five digits
    (rf"({LOCAL_HOST}:|\b[Pp]ort:? )\d{{5}}\b", r"\1<port>"),
    (r"(?<![\w.])/tmp/[\w./+-]*", "/tmp/<path>"),
    # Werkzeug/3.1.9, pytest-9.2.0, Python 3.12.1
    (r"(?<=[a-z])([-/ ]|: )\d+\.\d+\.\d+\b(?!\.?\d)", r"\1<version>"),
    # lib/python3.12
    (r"(?<=python)\d\.\d+\b", "<version>"),
]


def normal(line: str) -> str:
    line = line.rstrip()
    for pattern, replacement in NORMALISED:
        line = re.sub(pattern, replacement, line)
    return line


def is_gap(line: str) -> bool:
    return line.strip() == "..."


def same_line(expected: str, actual: str) -> bool:
    if expected.endswith("..."):
        return normal(actual).startswith(normal_start(expected.removesuffix("...")))
    return normal(expected) == normal(actual)


def normal_start(line: str) -> str:
    """Normalise the start of a line. A space at its end belongs to it."""
    return normal(line + "\0").removesuffix("\0")


def matches(expected: Sequence[str], actual: Sequence[str]) -> bool:
    """Whether an output is as the lesson shows it, from its first line to its last."""
    last = pieces(expected)[-1]
    before, end = len(expected) - len(last), len(actual) - len(last)
    if before == 0:  # there is no gap
        return end == 0 and starts_with(last, actual)
    return starts_with(last, actual[end:]) and lines_covered(expected[:before], actual[:end]) is not None


def lines_covered(expected: Sequence[str], actual: Sequence[str]) -> int | None:
    """How many lines of an output the lesson shows, or None if the output begins differently.

    Each piece between two gaps is looked for after the piece before it, and taken where it is found first.
    """
    first, *others = pieces(expected)
    if not starts_with(first, actual):
        return None
    position = len(first)
    for piece in others:
        starts = (at for at in range(position, len(actual) - len(piece) + 1) if starts_with(piece, actual[at:]))
        start = next(starts, None)
        if start is None:
            return None
        position = start + len(piece)
    return position


def pieces(expected: Sequence[str]) -> list[list[str]]:
    """The lines before, between and after the gaps."""
    found: list[list[str]] = [[]]
    for line in expected:
        if is_gap(line):
            found.append([])
        else:
            found[-1].append(line)
    return found


def starts_with(piece: Sequence[str], actual: Sequence[str]) -> bool:
    return len(piece) <= len(actual) and all(map(same_line, piece, actual))


def merge(expected: Sequence[str], actual: Sequence[str]) -> list[str]:
    """The output as the lesson would show it: each gap and each right line stays, and the others are replaced."""
    normal_actual = [normal(line) for line in actual]
    normal_expected = [counterpart(line, normal_actual) for line in expected]
    merged: list[str] = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, normal_expected, normal_actual, False).get_opcodes():
        if tag == "equal":
            merged += map(corrected_line, expected[i:i_end], actual[j:j_end])
        else:
            merged += replaced(expected[i:i_end], actual[j:j_end])
    return merged


def counterpart(expected: str, normal_actual: Sequence[str]) -> str:
    """The line of the output that is the same, or else the most similar one."""
    same = [] if is_gap(expected) else [line for line in normal_actual if same_line(expected, line)]
    return [*same, *get_close_matches(expected, normal_actual, n=1, cutoff=0.4), expected][0]


def corrected_line(expected: str, actual: str) -> str:
    """The line of the output, unless the lesson was right. ``...`` stays after the same word."""
    if same_line(expected, actual):
        return expected
    last_word = re.search(r"(\S+\s*)\.\.\.\Z", expected)
    head, word, _ = actual.rpartition(last_word[1]) if last_word else ("", "", "")
    return f"{head}{word}..." if word else actual


def replaced(expected: Sequence[str], actual: Sequence[str]) -> Sequence[str]:
    """Other lines in place of those before the first gap and after the last one."""
    gaps = [at for at, line in enumerate(expected) if is_gap(line)]
    if not gaps:
        return actual
    before, after = gaps[0], len(expected) - gaps[-1] - 1
    end = len(actual) - after
    return [*actual[:before], *expected[before : len(expected) - after], *actual[max(before, end) :]]


def missing_piece(excerpt: Sequence[str], lines: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """The first piece of an excerpt that its file lacks, or has too early, and the most similar lines of the file."""
    position = 0
    for piece in filter(None, pieces(excerpt)):
        size = len(piece)
        start = next((at for at in range(position, len(lines)) if lines[at : at + size] == piece), None)
        if start is None:
            near = SequenceMatcher(None, lines, piece).find_longest_match()
            return piece, list(lines[max(0, near.a - near.b) :][:size])
        position = start + size
    return None


def without_blank_end(lines: Sequence[str]) -> list[str]:
    text = "\n".join(lines).rstrip()
    return text.split("\n") if text else []
