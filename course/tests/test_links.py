"""Check a small course: each fault is found, and the report says what to write instead."""

import pytest

from course import links, shape
from course.pages import Course
from course.tests.small_course import (
    FILES,
    MAP,
    ONE,
    ROW_1,
    ROW_2,
    TESTS,
    TWO,
    edit,
    write,
    write_small_course,
)

LINK = "[`test_cases`](../tests/unit/test_app.py#L5)"


@pytest.fixture
def root(tmp_path):
    write_small_course(tmp_path)
    return tmp_path


def faults(root):
    course = Course(root)
    found = [fault for page in course.pages for fault in links.links(page, course)]
    found += [fault for lesson in course.lessons for fault in shape.shape(lesson, course)]
    for check in (links.tests, shape.numbers, shape.the_map):
        found += check(course)
    return found


def test_course_without_a_fault(root):
    assert faults(root) == []


CASES = {
    "test's line": (
        (ONE, "test_app.py#L5", "test_app.py#L4"),
        (
            f"{ONE}:22: [`test_cases`](../{TESTS}#L4): test_cases is in line 5; "
            "write #L5, or correct all with `python -m course.links`"
        ),
    ),
    "test without a line": (
        (ONE, "test_app.py#L5", "test_app.py"),
        (
            f"{ONE}:22: [`test_cases`](../{TESTS}): test_cases is in line 5; "
            "write #L5, or correct all with `python -m course.links`"
        ),
    ),
    "function's line": (
        (ONE, "app.py#L4", "app.py#L3"),
        (
            f"{ONE}:16: [`hello()`](../app.py#L3): hello is in line 4; "
            "write #L4, or correct all with `python -m course.links`"
        ),
    ),
    "test's name": (
        (ONE, LINK, f"{LINK}, {LINK.replace('cases', 'case')}"),
        f"{ONE}:22: [`test_case`](../{TESTS}#L5): there is no such test; write {LINK}",
    ),
    "test's file": (
        (ONE, LINK, f"{LINK}, [test_cases](../tests/unit/test_ap.py#L5)"),
        f"{ONE}:22: [test_cases](../tests/unit/test_ap.py#L5): there is no such test; write {LINK}",
    ),
    "name unlike any test's": (
        (ONE, LINK, f"{LINK}, [test_xyz](../{TESTS}#L5)"),
        f"{ONE}:22: [test_xyz](../{TESTS}#L5): there is no such test; write another, or leave the link out",
    ),
    "file": (
        (ONE, "[app.py](../app.py)", "[app.py](../apps.py)"),
        f"{ONE}:16: [app.py](../apps.py): there is no apps.py; write app.py",
    ),
    "file outside": (
        (ONE, "[app.py](../app.py)", "[tmp](../..)"),
        f"{ONE}:16: [tmp](../..): there is no ..; write another, or leave the link out",
    ),
    "heading": (
        (ONE, "#see-it", "#sea-it"),
        f"{ONE}:16: [above](#sea-it): there is no such heading; write #see-it",
    ),
    "lines": (
        (ONE, "#L1-L2", "#L4-L6"),
        f"{ONE}:16: [two lines](../app.py#L4-L6): there is no such line; write one of #L1 to #L5",
    ),
    "link in the map": (
        (MAP, "[the first](01-one.md)", "[the first](01-on.md)"),
        f"{MAP}:3: [the first](01-on.md): there is no lessons/01-on.md; write 01-one.md",
    ),
    "unlinked test": (
        (TESTS, "assert False\n", "assert False\n\n\ndef test_new():\n    pass\n"),
        f"{TESTS}:15: no lesson links test_new; write [`test_new`](../{TESTS}#L15) in the one that explains it",
    ),
    "lesson without a test": (
        (ONE, LINK, "Nothing"),
        f"{ONE}:1: links no test; write one as [`test_name`](../tests/unit/test_file.py#L12)",
        f"{TESTS}:5: no lesson links test_cases; write {LINK} in the one that explains it",
    ),
    "gap in the numbers": (
        ("lessons/04-four.md", "", FILES[TWO].replace("# 2. Stop it", "# 4. End")),
        f"{TWO}:30: write as the last line: [1. Run it](01-one.md) · [All lessons](README.md) · [4. End](04-four.md)",
        "lessons/04-four.md:30: write as the last line: [2. Stop it](02-two.md) · [All lessons](README.md)",
        "lessons/: no file has number 03; number the lessons 01 to 03",
        (
            f"{MAP}: lists lessons/04-four.md 0 times; write it once: "
            "| [4. End](04-four.md) | How does it stop, and *when?* | 15 | `pytest --lesson 4` |"
        ),
    ),
    "number with one digit": (
        ("lessons/3-three.md", "", "# Three\n"),
        "lessons/3-three.md:1: write the number with two digits and a hyphen, as in 06-routes.md",
    ),
    "title without its number": (
        (ONE, "# 1. Run it", "# Run it"),
        f"{ONE}:1: write one title, and write it as `# 1. Run it`",
    ),
    "second title": (
        (ONE, "## Recap", "# Recap\n\n## Recap"),
        f"{ONE}:1: write one title, and write it as `# 1. Run it`",
    ),
    "no time": (
        (ONE, "*10 minutes.*\n\n", ""),
        f"{ONE}:2: write below the title, in a paragraph: *15 minutes.*",
    ),
    "time in another form": (
        (ONE, "*10 minutes.*", "*About 10 minutes.*"),
        f"{ONE}:2: write below the title, in a paragraph: *15 minutes.*",
    ),
    "first lesson needs a lesson": (
        (ONE, "10 minutes.", "10 minutes. You need [lesson 2](02-two.md)."),
        f"{ONE}:2: write below the title, in a paragraph: *15 minutes.*",
    ),
    "second lesson needs none": (
        (TWO, " You need [lesson 1](01-one.md).", ""),
        f"{TWO}:2: write below the title, in a paragraph: *15 minutes. You need [lesson 1](01-one.md).*",
    ),
    "lesson needs a later lesson": (
        (TWO, "lesson 1", "lesson 2"),
        f"{TWO}:2: write below the title, in a paragraph: *15 minutes. You need [lesson 1](01-one.md).*",
    ),
    "opening without a question": (
        (ONE, "Does it run?", "Does it run? It does."),
        f"{ONE}:2: end the opening, above the first section, with a question",
    ),
    "section": (
        (ONE, "## Break it\n\n", ""),
        f"{ONE}: a section is missing; write `## Break it` after 'How it works'",
    ),
    "order of sections": (
        (ONE, "## Your turn\n\n## Recap", "## Recap\n\n## Your turn"),
        (
            f"{ONE}: the sections are See it, How it works, Break it, The tests, What this does not prove, Recap, "
            "Your turn; write them as See it, How it works, Break it, The tests, What this does not prove, "
            "Your turn, Recap"
        ),
    ),
    "another section": (
        (ONE, "## Recap", "## More\n\n## Recap"),
        (
            f"{ONE}: the sections are See it, How it works, Break it, The tests, What this does not prove, "
            "Your turn, More, Recap; write them as See it, How it works, Break it, The tests, "
            "What this does not prove, Your turn, Recap"
        ),
    ),
    "next lesson": (
        (ONE, " · [2. Stop it](02-two.md)", ""),
        f"{ONE}:30: write as the last line: [All lessons](README.md) · [2. Stop it](02-two.md)",
    ),
    "lesson not in the map": (
        (MAP, f"{ROW_2}\n", ""),
        f"{MAP}: lists {TWO} 0 times; write it once: {ROW_2}",
    ),
    "lesson twice in the map": (
        (MAP, f"{ROW_2}\n", f"{ROW_2}\n{ROW_2}\n"),
        f"{MAP}: lists {TWO} 2 times; write it once: {ROW_2}",
    ),
    "order of the map": (
        (MAP, f"{ROW_1}\n{ROW_2}", f"{ROW_2}\n{ROW_1}"),
        f"{MAP}:7: write the lessons in the order of their numbers",
    ),
    "title in the map": ((MAP, "2. Stop it", "2. Stop"), f"{MAP}:8: differs from the lesson; write {ROW_2}"),
    "question in the map": ((MAP, "Does it run?", "Does it?"), f"{MAP}:7: differs from the lesson; write {ROW_1}"),
    "minutes in the map": ((MAP, "| 15 |", "| 10 |"), f"{MAP}:8: differs from the lesson; write {ROW_2}"),
    "command in the map": ((MAP, "--lesson 2", "--lesson 1"), f"{MAP}:8: differs from the lesson; write {ROW_2}"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), [(case[0], case[1:]) for case in CASES.values()], ids=CASES.keys())
def test_fault_is_found_with_what_to_write_instead(root, change, expected):
    edit(root, *change)

    assert faults(root) == list(expected)


def test_tests_of_the_reader_need_no_lesson(root):
    write(root, "tests/yours/test_mine.py", "def test_mine(): ...\n")

    assert faults(root) == []


def test_map_may_align_its_columns(root):
    edit(root, MAP, ROW_1, "| [1. Run it](01-one.md)  | Does it run? |    10 | `pytest --lesson 1` |")

    assert faults(root) == []


def test_command_corrects_every_line_number_and_says_which(root):
    edit(root, TESTS, "import pytest\n", "import pytest\n# one\n# two\n")
    edit(root, "app.py", "\n\n", "\n" * 10)
    before = (root / ONE).read_text("utf-8")

    assert list(links.correct(Course(root))) == [
        f"{ONE}:16: [`hello()`](../app.py#L4): now #L12",
        f"{ONE}:22: {LINK}: now #L7",
        f"{TWO}:16: [`hello()`](../app.py#L4): now #L12",
        f"{TWO}:22: [`test_fails`](../{TESTS}#L11): now #L13",
    ]
    assert (root / ONE).read_text("utf-8") == before.replace("py#L4", "py#L12").replace("py#L5", "py#L7")
    assert faults(root) == []
    assert list(links.correct(Course(root))) == []
