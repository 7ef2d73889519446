"""Apply the edits of a lesson's "Break it" to a small repository."""

import subprocess

import pytest

from course import breaks
from course.tests.small_course import FILES, ONE, edit, write_small_course

DIFF = """\
## Break it

```diff
--- app.py
+++ app.py
-    return 'Hello'
+    return 'Bye'
@@
-# The application
+# Our application
```

### Another way

```diff
--- app.py
+++ app.py
-# The application
+# Another application
```
"""


@pytest.fixture
def root(tmp_path, monkeypatch):
    """The small course, in a git repository."""
    write_small_course(tmp_path)
    edit(tmp_path, ONE, "## Break it\n", DIFF)
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "Begin"]):
        identity = ["-c", "user.name=A reader", "-c", "user.email=reader@example.org"]
        subprocess.run(["git", *identity, *command], cwd=tmp_path, check=True)
    monkeypatch.setattr(breaks, "ROOT", tmp_path)
    return tmp_path


BROKEN = FILES["app.py"].replace("Hello", "Bye").replace("The app", "Our app")


@pytest.mark.parametrize("number", ["1", "01"])
def test_edits_right_under_the_heading_are_applied(root, capsys, number):
    assert breaks.main([number]) == 0

    assert (root / "app.py").read_text("utf-8") == BROKEN
    assert capsys.readouterr().out == "Changed: app.py\nTo undo it: git restore app.py\n"


def test_file_of_the_reader_is_left_to_the_reader(root, capsys):
    new = "```diff\n--- /dev/null\n+++ tests/yours/test_mine.py\n+import pytest\n```\n\n### Another way"
    edit(root, ONE, "### Another way", new)

    assert breaks.main(["1"]) == 0
    assert capsys.readouterr().out == "Changed: app.py\nTo undo it: git restore app.py\n"
    assert not (root / "tests/yours/test_mine.py").exists()


def test_new_file_is_removed_to_undo_it(root, capsys):
    edit(
        root,
        ONE,
        "--- app.py\n+++ app.py\n-    return",
        "--- /dev/null\n+++ new.py\n+x\n--- app.py\n+++ app.py\n-    return",
    )

    assert breaks.main(["1"]) == 0

    assert (root / "new.py").read_text("utf-8") == "x\n"
    assert capsys.readouterr().out == "Changed: app.py, new.py\nTo undo it: git restore app.py && rm new.py\n"


def test_file_with_changes_is_refused(root, capsys):
    assert breaks.main(["1"]) == 0
    capsys.readouterr()

    assert breaks.main(["1"]) == 2

    assert (root / "app.py").read_text("utf-8") == BROKEN
    assert capsys.readouterr() == (
        "",
        "Nothing is changed: app.py has changes already; undo them first: git restore app.py\n",
    )


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("3", "there is no lesson '3'; write, for example, make break LESSON=6"),
        ("one", "there is no lesson 'one'; write, for example, make break LESSON=6"),
        ("", "there is no lesson ''; write, for example, make break LESSON=6"),
        ("2", "lesson 2 has no edit right under 'Break it'"),
    ],
)
def test_without_an_edit_one_line_says_why(root, capsys, number, reason):
    assert breaks.main([number]) == 2

    assert capsys.readouterr() == ("", f"Nothing is changed: {reason}\n")


def test_edit_that_does_not_fit_changes_nothing(root, capsys):
    edit(root, ONE, "-# The application", "-# No such line")

    assert breaks.main(["1"]) == 2

    assert (root / "app.py").read_text("utf-8") == FILES["app.py"]
    assert "app.py has the old lines 0 times" in capsys.readouterr().err
