"""Read and apply the edits that a lesson shows in its ``diff`` fences.

    --- app.py
    +++ app.py
     a line that stays
    -a line that is removed
    +a line that is added

``@@`` begins another part of the same file. Under ``--- /dev/null`` is a new file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

NEW = "/dev/null"


class EditError(Exception):
    """This is not an edit, or it does not fit the file."""


@dataclass
class Hunk:
    """Lines to look for, and the lines to put in their place."""

    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)


@dataclass
class Edit:
    file: str
    is_new: bool
    hunks: list[Hunk] = field(default_factory=lambda: [Hunk()])


def read_edits(lines: Sequence[str]) -> list[Edit]:
    edits: list[Edit] = []
    position = 0
    while position < len(lines):
        line, following = lines[position], lines[position + 1 : position + 2]
        if line.startswith("--- ") and following and following[0].startswith("+++ "):
            edits.append(read_header(line.removeprefix("--- "), following[0].removeprefix("+++ ")))
            position += 1
        elif not edits or line[:1] not in ("", " ", "-", "+", "@"):
            raise EditError("not an edit; write `--- file`, `+++ file`, then lines that begin with ` `, `-` or `+`")
        elif line.startswith("@"):
            edits[-1].hunks.append(Hunk())
        else:
            hunk = edits[-1].hunks[-1]
            if not line.startswith("+"):
                hunk.old.append(line[1:])
            if not line.startswith("-"):
                hunk.new.append(line[1:])
        position += 1
    for edit in edits:
        edit.hunks = [hunk for hunk in edit.hunks if hunk.old or hunk.new]
        if not edit.hunks or any(hunk.old == hunk.new for hunk in edit.hunks):
            raise EditError(f"changes nothing in {edit.file}; write a line that begins with `-` or `+`")
    return edits


def read_header(old: str, new: str) -> Edit:
    if old not in (new, NEW) or new.startswith("/") or ".." in new.split("/"):
        raise EditError(f"{old}, {new}: write the same file of the repository twice, or {NEW} above a new file")
    return Edit(new, is_new=old == NEW)


def apply(edit: Edit, text: str | None) -> str:
    """The new text of a file. The old one is None if there is no such file."""
    if edit.is_new and text is not None:
        raise EditError(f"{edit.file} exists already")
    if not edit.is_new and text is None:
        raise EditError(f"there is no {edit.file}")
    lines = text.removesuffix("\n").split("\n") if text else []
    for hunk in edit.hunks:
        start, size = place(hunk.old, lines, edit.file), len(hunk.old)
        lines[start : start + size] = hunk.new
    return "\n".join(lines) + "\n"


def place(old: Sequence[str], lines: Sequence[str], file: str) -> int:
    """Where the old lines begin. Additions without old lines go to the end."""
    if not old:
        return len(lines)
    starts = [at for at in range(len(lines)) if lines[at : at + len(old)] == old]
    if len(starts) != 1:
        raise EditError(f"{file} has the old lines {len(starts)} times; it must have them once")
    return starts[0]
