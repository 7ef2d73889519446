"""A small course without a fault: two lessons, their map and two tests."""

from pathlib import Path

ONE, TWO, MAP = "lessons/01-one.md", "lessons/02-two.md", "lessons/README.md"
TESTS = "tests/unit/test_app.py"
LESSON = """\
# {title}

*{time}*

We have a server. {question}

## See it

```console
$ echo "[no link](in-a-fence.md)"
[no link](in-a-fence.md)
```

## How it works

See [app.py](../app.py), [`hello()`](../app.py#L4), [two lines](../app.py#L1-L2) and [above](#see-it). `[no](link.md)`

## Break it

## The tests

- [`{test}`](../tests/unit/test_app.py#L{line}) fails if the server is gone.

## What this does not prove

## Your turn

## Recap

{last_line}
"""
ROW_1 = "| [1. Run it](01-one.md) | Does it run? | 10 | `pytest --lesson 1` |"
ROW_2 = "| [2. Stop it](02-two.md) | How does it stop, and *when?* | 15 | `pytest --lesson 2` |"
FILES = {
    "app.py": "# The application\n\n\ndef hello():\n    return 'Hello'\n",
    "conftest.py": 'pytest_plugins = ["course.plugin"]\n',
    "pytest.ini": "[pytest]\ntestpaths = tests\npythonpath = .\naddopts = --import-mode=importlib\nstrict = true\n",
    ".gitignore": "__pycache__\n",
    TESTS: """\
import pytest


@pytest.mark.parametrize("case", ["a", "b@c"])
def test_cases(case):
    print("what the test printed")

    assert case == "a"


def test_fails():
    assert False
""",
    ONE: LESSON.format(
        title="1. Run it",
        time="10 minutes.",
        question="Does it run?",
        test="test_cases",
        line=5,
        last_line="[All lessons](README.md) · [2. Stop it](02-two.md)",
    ),
    TWO: LESSON.format(
        title="2. Stop it",
        time="15 minutes. You need [lesson 1](01-one.md).",
        question="How does it stop, and *when?*",
        test="test_fails",
        line=11,
        last_line="[1. Run it](01-one.md) · [All lessons](README.md)",
    ),
    MAP: f"""\
# Lessons

Begin with [the first](01-one.md).

| lesson | the question | minutes | its tests |
| --- | --- | --- | --- |
{ROW_1}
{ROW_2}
""",
    "lessons/troubleshooting.md": "# When something does not work\n",
}


def write_small_course(root: Path) -> None:
    for name, text in FILES.items():
        write(root, name, text)


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def edit(root: Path, name: str, old: str, new: str) -> None:
    """Replace the first ``old``. A file that does not exist yet gets the text ``new``."""
    path = root / name
    text = path.read_text("utf-8") if path.exists() else ""
    assert old in text
    write(root, name, text.replace(old, new, 1) if old else new)
