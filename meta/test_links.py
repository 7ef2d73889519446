"""What holds the lessons and the tests together, tried on a small course: each fault is caught, by its words."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copy

import pytest

from tests import lesson_checks as checks
from tests.lessons import ROOT, Course, Page

LESSON = """\
# {title}

We have a server. {question}

## See it

```text
[no link](in-a-fence.md)
```

## How it works

See [app.py](../app.py), [`hello()`](../app.py#L4), [two lines](../app.py#L1-L2) and [above](#see-it). `[no](link.md)`

## The tests

- [`{test}`](../tests/unit/test_app.py#L{line}) would catch much.

## Break it

## What this does not prove

## Your turn

## Recap

{way}
"""

FILES = {
    "app.py": "# The application\n\n\ndef hello():\n    return 'Hello'\n",
    "pytest.ini": "[pytest]\ntestpaths = tests\npythonpath = .\naddopts = --import-mode=importlib\nstrict = true\n",
    "tests/conftest.py": 'pytest_plugins = ["tests.lesson_plugin"]\n',
    "tests/unit/test_app.py": """\
import pytest


@pytest.mark.parametrize("case", ["a", "b@c"])
def test_cases(case):
    print("what the test printed")

    assert case == "a"


def test_fails():
    assert False


def test_waits():
    pass
""",
    "lessons/01-one.md": LESSON.format(
        title="1. Run it",
        question="Does it run?",
        test="test_cases",
        line=5,
        way="[All lessons](README.md) · [2. Stop it](02-two.md)",
    ),
    "lessons/02-two.md": LESSON.format(
        title="2. Stop it",
        question="How does it stop, and *when?*",
        test="test_fails",
        line=11,
        way="[1. Run it](01-one.md) · [All lessons](README.md)",
    ),
    "lessons/README.md": """\
# Lessons

Begin with [the first](01-one.md).

| lesson | question | its tests |
| --- | --- | --- |
| [1. Run it](01-one.md) | Does it run? | `pytest --lesson 1` |
| [2. Stop it](02-two.md) | How does it stop, and *when?* | `pytest --lesson 2` |
""",
    "lessons/waiting.txt": "# lesson, then a test or a file\n3 tests/unit/test_app.py::test_waits\n",
}
CHECKS = [checks.links, checks.tests, checks.waiting, checks.shape, checks.the_map]
ONE, TWO, TESTS, WAITING = "lessons/01-one.md", "lessons/02-two.md", "tests/unit/test_app.py", "lessons/waiting.txt"
MAP = "lessons/README.md"
ROW_1 = "| [1. Run it](01-one.md) | Does it run? | `pytest --lesson 1` |"
ROW_2 = "| [2. Stop it](02-two.md) | How does it stop, and *when?* | `pytest --lesson 2` |"
LINK = "[`test_cases`](../tests/unit/test_app.py#L5)"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A course of two lessons without a fault."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def faults(root: Path) -> list[str]:
    course = Course(root)
    return [fault for check in CHECKS for fault in check(course)]


def edit(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text("utf-8") if path.exists() else ""
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1) if old else new, "utf-8")


def test_a_right_course_has_no_fault(tree):
    assert faults(tree) == []


def test_no_lessons_are_no_fault_while_every_test_waits(tmp_path):
    (tmp_path / "tests/unit").mkdir(parents=True)
    (tmp_path / "tests/unit/test_app.py").write_text(FILES[TESTS])

    assert [fault.partition(";")[0] for fault in faults(tmp_path)] == [
        f"{TESTS}:5: no lesson links test_cases",
        f"{TESTS}:11: no lesson links test_fails",
        f"{TESTS}:15: no lesson links test_waits",
    ]

    (tmp_path / "lessons").mkdir()
    (tmp_path / WAITING).write_text(f"1 {TESTS}\n")

    assert faults(tmp_path) == []


CASES = {
    "test's line": (
        (ONE, "test_app.py#L5", "test_app.py#L4"),
        (
            f"{ONE}:17: [`test_cases`](../{TESTS}#L4): test_cases is in line 5; "
            "write #L5, or correct all with `python -m tests.lessons`"
        ),
    ),
    "test without a line": (
        (ONE, "test_app.py#L5", "test_app.py"),
        (
            f"{ONE}:17: [`test_cases`](../{TESTS}): test_cases is in line 5; "
            "write #L5, or correct all with `python -m tests.lessons`"
        ),
    ),
    "function's line": (
        (ONE, "app.py#L4", "app.py#L3"),
        (
            f"{ONE}:13: [`hello()`](../app.py#L3): hello is in line 4; "
            "write #L4, or correct all with `python -m tests.lessons`"
        ),
    ),
    "test's name": (
        (ONE, LINK, f"{LINK}, {LINK.replace('cases', 'case')}"),
        f"{ONE}:17: [`test_case`](../{TESTS}#L5): there is no such test; write {LINK}",
    ),
    "test's file": (
        (ONE, LINK, f"{LINK}, [test_cases](../tests/unit/test_ap.py#L5)"),
        f"{ONE}:17: [test_cases](../tests/unit/test_ap.py#L5): there is no such test; write {LINK}",
    ),
    "name like no test's": (
        (ONE, LINK, f"{LINK}, [test_xyz](../{TESTS}#L5)"),
        f"{ONE}:17: [test_xyz](../{TESTS}#L5): there is no such test; write another, or leave the link out",
    ),
    "file": (
        (ONE, "[app.py](../app.py)", "[app.py](../apps.py)"),
        f"{ONE}:13: [app.py](../apps.py): there is no apps.py; write app.py",
    ),
    "file outside": (
        (ONE, "[app.py](../app.py)", "[tmp](../..)"),
        f"{ONE}:13: [tmp](../..): there is no ..; write another, or leave the link out",
    ),
    "heading": (
        (ONE, "#see-it", "#sea-it"),
        f"{ONE}:13: [above](#sea-it): there is no such heading; write #see-it",
    ),
    "lines": (
        (ONE, "#L1-L2", "#L4-L6"),
        f"{ONE}:13: [two lines](../app.py#L4-L6): there is no such line; write one of #L1 to #L5",
    ),
    "link in the map": (
        (MAP, "[the first](01-one.md)", "[the first](01-on.md)"),
        f"{MAP}:3: [the first](01-on.md): there is no lessons/01-on.md; write 01-one.md",
    ),
    "unlinked test": (
        (TESTS, "def test_waits", "def test_new():\n    pass\n\n\ndef test_waits"),
        (
            f"{TESTS}:15: no lesson links test_new; write [`test_new`](../{TESTS}#L15) in the one that explains it, "
            f"or `N {TESTS}::test_new` in {WAITING} until lesson N is written"
        ),
    ),
    "lesson without a test": (
        (ONE, LINK, "Nothing"),
        f"{ONE}:1: links no test; write one as [`test_name`](../tests/unit/test_file.py#L12)",
        (
            f"{TESTS}:5: no lesson links test_cases; write {LINK} in the one that explains it, "
            f"or `N {TESTS}::test_cases` in {WAITING} until lesson N is written"
        ),
    ),
    "linked test waits": (
        (WAITING, "3 ", f"3 {TESTS}::test_fails\n3 "),
        f"{WAITING}:2: 3 {TESTS}::test_fails: {TWO} links it; delete this line",
    ),
    "unknown test waits": (
        (WAITING, "3 ", f"3 {TESTS}::test_wait\n3 "),
        f"{WAITING}:2: 3 {TESTS}::test_wait: there is no such test; write {TESTS}::test_waits",
    ),
    "test waits for a lesson that is written": (
        (WAITING, "3 ", "02 "),
        f"{WAITING}:2: 02 {TESTS}::test_waits: lesson 2 is written; link the tests in {TWO}, delete this line",
    ),
    "test waits for a lesson beyond the last": (
        (WAITING, "3 ", "23 "),
        f"{WAITING}:2: 23 {TESTS}::test_waits: write the number of a lesson, 1 to 22, then a test, or a file of tests",
    ),
    "gap": (
        ("lessons/04-four.md", "", FILES[TWO].replace("# 2. Stop it", "# 4. End").replace("](01-one", "](02-two")),
        "lessons/: no file has number 03; number the lessons 01 to 03",
        f"{TWO}:27: write as the last line: [1. Run it](01-one.md) · [All lessons](README.md) · [4. End](04-four.md)",
        "lessons/04-four.md:27: write as the last line: [2. Stop it](02-two.md) · [All lessons](README.md)",
        (
            f"{MAP}: lists lessons/04-four.md 0 times; write it once: "
            "| [4. End](04-four.md) | How does it stop, and *when?* | `pytest --lesson 4` |"
        ),
    ),
    "file without a number": (
        ("lessons/notes.md", "", "# Notes\n"),
        "lessons/notes.md:1: write the lesson's number in the file's name, as in 06-errors.md",
    ),
    "title without its number": (
        (ONE, "# 1. Run it", "# Run it"),
        f"{ONE}:1: write the title as `# 1. Run it`",
    ),
    "no question": (
        (ONE, " Does it run?", ""),
        f"{ONE}:1: write a question in the paragraph under the title",
    ),
    "section": (
        (ONE, "## Break it\n\n", ""),
        f"{ONE}: a section is missing; write `## Break it` after 'The tests'",
    ),
    "order of sections": (
        (ONE, "## Your turn\n\n## Recap", "## Recap\n\n## Your turn"),
        (
            f"{ONE}: the sections are See it, How it works, The tests, Break it, What this does not prove, Recap, "
            "Your turn; write them as See it, How it works, The tests, Break it, What this does not prove, "
            "Your turn, Recap"
        ),
    ),
    "next lesson": (
        (ONE, " · [2. Stop it](02-two.md)", ""),
        f"{ONE}:27: write as the last line: [All lessons](README.md) · [2. Stop it](02-two.md)",
    ),
    "lesson not in the map": (
        (MAP, f"{ROW_2}\n", ""),
        f"{MAP}: lists {TWO} 0 times; write it once: {ROW_2}",
    ),
    "order of the map": (
        (MAP, f"{ROW_1}\n{ROW_2}", f"{ROW_2}\n{ROW_1}"),
        f"{MAP}:7: lists {TWO}, {ONE}; write them in the order of their numbers",
    ),
    "title in the map": (
        (MAP, "2. Stop it", "2. Stop"),
        f"{MAP}:8: says something else than {TWO}; write {ROW_2}",
    ),
    "question in the map": (
        (MAP, "Does it run?", "Does it?"),
        f"{MAP}:7: says something else than {ONE}; write {ROW_1}",
    ),
    "command in the map": (
        (MAP, "--lesson 2", "--lesson 1"),
        f"{MAP}:8: says something else than {TWO}; write {ROW_2}",
    ),
}


@pytest.mark.parametrize(("change", "expected"), [(case[0], case[1:]) for case in CASES.values()], ids=CASES.keys())
def test_a_fault_is_named_with_what_to_write_instead(tree, change, expected):
    edit(tree, *change)

    assert faults(tree) == list(expected)


def test_waiting_file_covers_the_tests_that_no_lesson_links_yet(tree):
    (tree / WAITING).write_text(f"3 {TESTS}\n")

    assert faults(tree) == []

    edit(tree, TWO, "- [`test_fails`]", "- [`test_waits`](../tests/unit/test_app.py#L15)\n- [`test_fails`]")

    assert faults(tree) == [f"{WAITING}:1: 3 {TESTS}: {ONE} links it; delete this line"]


def test_headings_have_the_anchors_of_github():
    page = Page(
        "page.md",
        "# 6. JSON, to the `byte`\n```\n# no heading\n```\n## Your turn\n## Your turn\n## [A link](x.md) & more ##\n",
    )

    assert list(page.anchors) == ["6-json-to-the-byte", "your-turn", "your-turn-1", "a-link--more"]


def test_links_in_code_and_comments_do_not_count():
    text = "````md\n```\n[a](a.md)\n```\n[b](b.md)\n````\n`[c](c.md)` <!-- [d](d.md) --> ``[`e`](e.md)`` [f](f.md)\n"

    assert [str(link) for link in Page("lessons/page.md", text).links] == ["lessons/page.md:7: [f](f.md)"]


def test_definitions_are_what_a_link_can_be_named_after(tmp_path):
    (tmp_path / "app.py").write_text("""\
PORT = 3000
if PORT:
    @property
    def outer():
        local = 1
        def inner(): ...
class Case:
    field = 1
    def method(self): ...
count: int = 0
""")

    assert Course(tmp_path).definitions("app.py") == {
        "PORT": 1,
        "outer": 4,
        "inner": 6,
        "Case": 7,
        "Case::method": 9,
        "count": 10,
    }


def test_command_corrects_every_line_and_says_which(tree):
    edit(tree, TESTS, "import pytest\n", "import pytest\n# one\n# two\n")
    edit(tree, "app.py", "\n\n", "\n" * 10)
    before = (tree / ONE).read_text("utf-8")

    assert list(Course(tree).correct()) == [
        f"{ONE}:13: [`hello()`](../app.py#L4): now #L12",
        f"{ONE}:17: {LINK}: now #L7",
        f"{TWO}:13: [`hello()`](../app.py#L4): now #L12",
        f"{TWO}:17: [`test_fails`](../{TESTS}#L11): now #L13",
    ]
    assert (tree / ONE).read_text("utf-8") == before.replace("app.py#L4", "app.py#L12").replace(
        "app.py#L5", "app.py#L7"
    )
    assert faults(tree) == []
    assert list(Course(tree).correct()) == []


@pytest.fixture
def run(tree: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run pytest on the small course, with this repository's plugin."""
    for name in ("lessons.py", "lesson_plugin.py"):
        copy(ROOT / "tests" / name, tree / "tests")

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "xdist.plugin", "-p", "no:cacheprovider", *options]
        alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        return subprocess.run(command, cwd=tree, env=alone, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize("options", [[], ["-n2"], ["--tb=short", "-rA"]], ids=["alone", "xdist", "short"])
def test_failure_ends_with_its_lesson(run, options):
    lines = run(*options).stdout.splitlines()

    printed = lines.index("what the test printed")
    assert lines[printed + 2] == f"Explained in {ONE}: 1. Run it"
    for lesson in (f"{ONE}: 1. Run it", f"{TWO}: 2. Stop it"):
        assert lines.count(f"Explained in {lesson}") == 1
        last = lines.index(f"Explained in {lesson}")
        assert lines[last - 1].strip("-") == " lesson "
        assert lines[last + 1][:3] in {"___", "==="}, "the lesson stands last in its report"
    summary = next(number for number, line in enumerate(lines) if line.strip("=") == " lessons ")
    assert lines[summary + 1 : summary + 3] == [f"{ONE}: 1. Run it", f"{TWO}: 2. Stop it"]


def test_summary_names_the_lessons_whatever_the_traceback(run):
    lines = run("--tb=line").stdout.splitlines()

    summary = next(number for number, line in enumerate(lines) if line.strip("=") == " lessons ")
    assert lines[summary + 1 : summary + 3] == [f"{ONE}: 1. Run it", f"{TWO}: 2. Stop it"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--lesson", "1"], "1 failed, 1 passed, 2 deselected"),
        (["--lesson=02"], "1 failed, 3 deselected"),
        (["--lesson", "1,2"], "2 failed, 1 passed, 1 deselected"),
        (["--lesson", "1", "--lesson", "2", "-k", "not fails"], "1 failed, 1 passed, 2 deselected"),
        (["--lesson", "1", "-n2"], "1 failed, 1 passed"),
    ],
    ids=["one", "zero", "two", "keyword", "xdist"],
)
def test_lesson_runs_the_tests_it_links(run, options, expected):
    *_, last = run(*options).stdout.splitlines()

    assert last.rpartition(" in ")[0] == expected


@pytest.mark.parametrize("number", ["3", "0", "one", "1,"])
def test_lesson_that_is_not_there_is_a_usage_error(run, number):
    done = run("--lesson", number)

    wrong = number.rpartition(",")[2]
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.strip() == f"ERROR: --lesson {wrong}: there is no such lesson, there are 1 to 2"
