"""Read and apply edits."""

import pytest

from course.edits import EditError, apply, read_edits

SHOP = "tea = 3\n\n\ndef price():\n    return tea\n"
MILK = "milk = 1\n\n\ndef price():\n    return milk\n"
HEADER = "--- shop.py\n+++ shop.py\n"


def edited(diff: str, text: str | None = SHOP) -> str:
    for edit in read_edits(diff.splitlines()):
        text = apply(edit, text)
    assert text is not None
    return text


@pytest.mark.parametrize(
    ("diff", "expected"),
    [
        (f"{HEADER}-tea = 3\n+tea = 4\n", SHOP.replace("3", "4")),
        (f"{HEADER}-    return tea\n", SHOP.replace("    return tea\n", "")),
        (f"{HEADER} def price():\n+    # in euros\n", SHOP.replace("():\n", "():\n    # in euros\n")),
        (f"{HEADER}+\n+milk = 1\n", f"{SHOP}\nmilk = 1\n"),
        (f"{HEADER}-tea = 3\n+tea = 4\n \n \n def price():\n", SHOP.replace("3", "4")),
        (f"{HEADER}-tea = 3\n+tea = 4\n\n\n def price():\n", SHOP.replace("3", "4")),
        (f"{HEADER}-tea = 3\n+milk = 1\n@@\n-    return tea\n+    return milk\n", MILK),
        (f"{HEADER}-tea = 3\n+milk = 1\n{HEADER}-    return tea\n+    return milk\n", MILK),
        (f"{HEADER}@@ def price():\n-    return tea\n+    return 5\n", SHOP.replace("return tea", "return 5")),
        (f"{HEADER}-tea = 3\n+tea = 3\n+--- not a header\n", SHOP.replace("3\n", "3\n--- not a header\n")),
    ],
    ids=["replace", "remove", "add below", "add at the end", "context", "context without its space", "two hunks",
         "two headers", "hunk with a name", "line that looks like a header"],
)  # fmt: skip
def test_edit(diff, expected):
    assert edited(diff) == expected


def test_new_file():
    assert edited("--- /dev/null\n+++ new.py\n+tea = 5\n+\n+milk = 1\n", None) == "tea = 5\n\nmilk = 1\n"


@pytest.mark.parametrize(
    ("diff", "text", "message"),
    [
        (f"{HEADER}-COSTS = 1\n+COSTS = 2\n", SHOP, "shop.py has the old lines 0 times; it must have them once"),
        (f"{HEADER} \n+x\n", SHOP, "shop.py has the old lines 2 times; it must have them once"),
        (f"{HEADER}-tea\n+x\n", SHOP, "shop.py has the old lines 0 times; it must have them once"),
        ("--- /dev/null\n+++ shop.py\n+x\n", SHOP, "shop.py exists already"),
        ("--- new.py\n+++ new.py\n+x\n", None, "there is no new.py"),
        ("--- x.py\n+++ shop.py\n+x\n", SHOP, "x.py, shop.py: write the same file"),
        ("--- /dev/null\n+++ ../x\n+x\n", None, "/dev/null, ../x: write the same file of the repository twice"),
        ("--- /dev/null\n+++ /tmp/x\n+x\n", None, "/dev/null, /tmp/x: write the same file of the repository twice"),
        (f"{HEADER} tea = 3\n", SHOP, "changes nothing in shop.py"),
        (HEADER, SHOP, "changes nothing in shop.py"),
        ("tea = 3\n", SHOP, "not an edit; write `--- file`"),
        (f"{HEADER}-tea = 3\ntea = 4\n", SHOP, "not an edit; write `--- file`"),
    ],
)
def test_wrong_edit_is_refused(diff, text, message):
    with pytest.raises(EditError) as error:
        edited(diff, text)

    assert message in str(error.value)
