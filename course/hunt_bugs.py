"""The bugs of the hunt, and the copies of the project in which they are planted.

Each bug is a file ``course/bugs/06-heron.diff``. The number is its lesson, and the bird gives nothing away.
The first three lines are its hints. The rest is an edit, as lessons show it (see ``course.edits``)::

    Behaviour: the path of an error
    Symptom: The path of an error ends with the query.
    Caught by: tests/unit/test_errors.py::test_unknown_route_returns_404

    --- app.py
    +++ app.py
    -a line that is removed
    +a line that is added

If the whole suite stays green, write ``Caught by: tests/yours/test_query.py``. This test is the solution that the
lesson shows, or else ``course/tests/solutions/query.py``. It also gives the bug its keyword for ``-k query``.
"""

import ast
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from course import edits
from course.pages import TESTS_OF_THE_READER
from course.scratch import ignored_by_git

BUGS = Path(__file__).parent / "bugs"
SERVER = ("app.py", "wsgi.py", "devserver.py", "gunicorn.conf.py")  # the files that can have a bug
NOT_COPIED = (".git", ".github", ".devcontainer", "lessons", "bugs")
SUITES = ("unit", "integration", "performance", "security", "browser")  # the reader's tests don't need them


@dataclass(frozen=True)
class Bug:
    name: str
    behaviour: str
    symptom: str
    caught_by: str
    edits: tuple[edits.Edit, ...]

    @classmethod
    def read(cls, path: Path) -> Self:
        header, _, diff = path.read_text("utf-8").partition("\n\n")
        fields = dict(line.split(": ", 1) for line in header.splitlines())
        return cls(
            path.stem,
            fields["Behaviour"],
            fields["Symptom"],
            fields["Caught by"],
            tuple(edits.read_edits(diff.splitlines())),
        )

    @property
    def lesson(self) -> int:
        return int(self.name.partition("-")[0])

    @property
    def survives(self) -> bool:
        """The whole suite stays green, so only a reader's test can catch this bug."""
        return self.caught_by.startswith(TESTS_OF_THE_READER)

    @property
    def keyword(self) -> str:
        return Path(self.caught_by).stem.removeprefix("test_") if self.survives else ""

    @property
    def server_kind(self) -> str:
        """The server that shows the bug to a test over a socket."""
        return "gunicorn" if any(edit.file == "gunicorn.conf.py" for edit in self.edits) else "wsgi.py"

    @property
    def hints(self) -> list[str]:
        suite = "No test of the suite catches it." if self.survives else f"{self.caught_by} catches it."
        hints = [f"Lesson {self.lesson}. Look at {self.behaviour}.", self.symptom, suite]
        return [f"Hint {number}: {hint}" for number, hint in enumerate(hints, 1)]

    def plant(self, project: Path) -> None:
        for edit in self.edits:
            file = project / edit.file
            file.write_text(edits.apply(edit, file.read_text("utf-8")), "utf-8")


def read_bugs() -> list[Bug]:
    return [Bug.read(path) for path in sorted(BUGS.glob("*.diff"))]


def copy_project(root: Path, base: Path, without: Iterable[str] = SUITES) -> Path:
    """A copy under a name that says nothing, without what git ignores and without the bugs."""
    project = Path(tempfile.mkdtemp(dir=base)) / root.name
    ignore = shutil.ignore_patterns(*NOT_COPIED, *without, *ignored_by_git(root))
    shutil.copytree(root, project, symlinks=True, ignore=ignore)
    return project


def reformat(project: Path, bugs: Iterable[Bug]) -> None:
    """Change all that no client sees: the layout, the comments and the order of the headers.

    The comments now quote the lines that the bugs add. A test that searches the code for them fails.
    """
    edits_of_all = [edit for bug in bugs for edit in bug.edits]
    for name in SERVER:
        file = project / name
        code = file.read_bytes()
        kept = code.decode().splitlines()
        added = [line for edit in edits_of_all for hunk in edit.hunks for line in hunk.new if line not in kept]
        file.write_text("\n".join([ast.unparse(ast.parse(code)), *(f"# {line}" for line in added), ""]), "utf-8")
    with project.joinpath("app.py").open("a", encoding="utf-8") as app:
        app.write("SECURITY_HEADERS = dict(reversed(SECURITY_HEADERS.items()))\n")
