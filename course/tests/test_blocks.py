"""Read the commands in fences, and find code that no fence holds."""

import pytest

from course.blocks import misplaced_code, needs, read_steps
from course.pages import Fence, Page


def fence(language: str, text: str, comment: str = "") -> Fence:
    return Fence(10, language, text.split("|"), comment, (), None)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("console", "$ a|1|2|$ b", [("a", ["1", "2"], 11), ("b", [], 14)]),
        ("console", "1|$ a", [("", ["1"], 10), ("a", [], 12)]),
        ("console", r"$ a \|> b|1", [("a \\\nb", ["1"], 12)]),
        ("console", "$ a|1|> 2", [("a", ["1", "> 2"], 11)]),
        ("console", "^CStopped|$ a", [("^C", ["^CStopped"], 10), ("a", [], 12)]),
        ("console", "$ a|1||", [("a", ["1"], 11)]),
        ("pycon", ">>> a|...|1", [("a", ["...", "1"], 11)]),
        ("pycon", ">>> def f():|...     pass|...|>>> f()", [("def f():\n    pass\n", [], 13), ("f()", [], 14)]),
        ("pycon", ">>> for x in y:|...     x|...|...|1", [("for x in y:\n    x\n", ["...", "1"], 13)]),
    ],
)
def test_steps(language, text, expected):
    steps = read_steps(fence(language, text))

    assert [(step.command, step.output, step.output_line) for step in steps] == expected


@pytest.mark.parametrize(
    ("comment", "expected"),
    [("", []), ("not run: why", []), ("needs: nginx", ["nginx"]), ("needs: nginx, node", ["nginx", "node"])],
)
def test_needs(comment, expected):
    assert needs(fence("console", "$ true", comment)) == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- so:\n\n  ```console\n  $ true\n  ```\n", 3),
        ("1. ```console\n   $ true\n   ```\n", 1),
        ("-\tso\n\n\t~~~text\n\ttea\n\t~~~\n", 3),
        ("> ```console\n> $ true\n> ```\n", 1),
        ("So:\n```console\n$ true\n", 2),
        ("So:\n```console\n", 2),
        (" ```console\n$ true\n```\n", 1),
        ("So:\n\n    $ true\n", 3),
        ("<details>\n<summary>Hint</summary>\n```console\n$ true\n```\n</details>\n", 3),
    ],
    ids=["list", "list item", "tab", "quotation", "no end", "only a start", "indented", "no fence", "HTML"],
)
def test_code_that_is_not_in_a_whole_fence_at_the_margin_is_found(text, line):
    assert next(iter(misplaced_code(Page("page.md", text))))[0] == line


def test_code_in_fences_is_not_misplaced():
    text = "So:\n```console\n$ true\n```\n\n~~~~text\n```\n~~~~\n\n<details>\n\n```text\n```\n</details>\n\n`x`\n"

    assert list(misplaced_code(Page("page.md", text))) == []
