"""Apply the edits of a lesson's section "Break it" to the working tree: ``python -m course.breaks 6``.

It refuses if a file that it would change has changes already, because ``git restore`` would undo those, too.
"""

import subprocess
import sys
from pathlib import Path

from course.edits import Edit, EditError, apply, read_edits
from course.pages import ROOT, TESTS_OF_THE_READER, Course

SECTION = "Break it"


class RefusedError(Exception):
    """There is nothing to apply, or it would change files that have changes already. The text says which."""


def break_it(root: Path, number: str) -> list[Edit]:
    """Apply the edits of a lesson, and return them."""
    edits = edits_of(root, number)
    files = [edit.file for edit in edits]
    if changed := changed_files(root, files):
        raise RefusedError(f"{' and '.join(changed)} has changes already; undo them first: {how_to_undo(edits)}")
    texts: dict[str, str] = {}
    for edit in edits:
        path = root / edit.file
        old = texts.get(edit.file, path.read_text("utf-8") if path.is_file() else None)
        texts[edit.file] = apply(edit, old)
    for file, text in texts.items():
        (root / file).write_text(text, "utf-8", newline="\n")
    return edits


def edits_of(root: Path, number: str) -> list[Edit]:
    """The edits right under "Break it", except for a test that the reader writes there.

    A sub-section there shows one of several edits, so it is left out.
    """
    lessons = {str(lesson.number): lesson for lesson in Course(root).lessons}
    lesson = lessons.get(number.lstrip("0"))
    if not lesson:
        raise RefusedError(f"there is no lesson {number!r}; write, for example, make break LESSON=6")
    fences = [f for f in lesson.fences if f.language == "diff" and f.headings and f.headings[-1].source == SECTION]
    if not fences:
        raise RefusedError(f"lesson {number} has no edit right under {SECTION!r}")
    edits = [edit for fence in fences for edit in read_edits(fence.lines)]
    return [edit for edit in edits if not edit.file.startswith(TESTS_OF_THE_READER)]


def changed_files(root: Path, files: list[str]) -> list[str]:
    command = ["git", "status", "--porcelain", "-z", "--", *files]
    done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RefusedError(f"git cannot tell which files have changes: {done.stderr.strip()}")
    return sorted({line[3:] for line in done.stdout.split("\0") if line})


def how_to_undo(edits: list[Edit]) -> str:
    restored = sorted({edit.file for edit in edits if not edit.is_new})
    removed = sorted({edit.file for edit in edits if edit.is_new})
    commands = [f"git restore {' '.join(restored)}"] * bool(restored) + [f"rm {' '.join(removed)}"] * bool(removed)
    return " && ".join(commands)


def main(arguments: list[str]) -> int:
    try:
        edits = break_it(ROOT, *arguments or [""])
    except (RefusedError, EditError) as refusal:
        print(f"Nothing is changed: {refusal}", file=sys.stderr)
        return 2
    print(f"Changed: {', '.join(sorted({edit.file for edit in edits}))}\nTo undo it: {how_to_undo(edits)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
