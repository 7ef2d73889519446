"""Copy the repository for one lesson, with free ports in place of those that the lesson shows.

A lesson shows port 3000, the folder /home/you and files in /tmp. Its copy uses other ones.
So lessons can be checked side by side, and also while a server uses port 3000.
"""

import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from course.pages import ROOT, TESTS_OF_THE_READER

HOME = "/home/you"
PORTS = ("3000", "3001", "3002", "3003")
FREE_PORTS = range(4800, 5000, len(PORTS))  # as long as those of a lesson, so that no Content-Length changes


@dataclass(frozen=True)
class Scratch:
    """The copy of a repository, in a folder that disappears."""

    base: Path
    replacements: Mapping[str, str]  # from the lesson's words to the copy's

    @property
    def project(self) -> Path:
        return self.base / "home/tutorial"

    def to_copy(self, text: str) -> str:
        return replace_words(text, self.replacements)

    def to_lesson(self, text: str) -> str:
        return replace_words(text, {ours: lessons for lessons, ours in self.replacements.items()})


@contextmanager
def scratch_copy(root: Path) -> Iterator[Scratch]:
    """Copy a repository. At the end, end all processes that work in the copy.

    The copy lacks what git ignores, and the tests of the reader: a lesson creates some of them as its solution.
    """
    base = Path(tempfile.mkdtemp(prefix="lesson-")).resolve()
    with ExitStack() as stack:
        command = [sys.executable, "-m", "course.janitor", str(base)]
        janitor = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT, env={}, start_new_session=True)
        stack.callback(janitor.communicate)
        ports = stack.enter_context(free_ports())

        def copy(source: str, target: str) -> None:
            text = Path(source).read_bytes().decode("latin-1")  # any bytes are Latin-1, and stay the same
            Path(target).write_bytes(replace_words(text, ports).encode("latin-1"))
            shutil.copymode(source, target)

        ignored_by_name = shutil.ignore_patterns(".git", *ignored_by_git(root))

        def ignore(folder: str, names: list[str]) -> set[str]:
            tests_of_the_reader = names if Path(folder) == root / TESTS_OF_THE_READER else []
            return ignored_by_name(folder, names) | {*tests_of_the_reader} - {"README.md"}

        scratch = Scratch(base, {**ports, HOME: str(base / "home"), "/tmp": str(base / "tmp")})
        shutil.copytree(root, scratch.project, symlinks=True, ignore=ignore, copy_function=copy)
        # In a terminal, curl shows no progress meter above a short body.
        (base / "home/.curlrc").write_text("silent\nshow-error\n", "utf-8")
        (base / "tmp").mkdir()
        yield scratch


def ignored_by_git(root: Path) -> list[str]:
    """The names in ``.gitignore``, as patterns for :func:`shutil.ignore_patterns`."""
    return [line.rstrip("/") for line in (root / ".gitignore").read_text("utf-8").splitlines()]


@contextmanager
def free_ports() -> Iterator[dict[str, str]]:
    """Free ports in a row, by the ports of the lesson. No other lesson gets them at the same time."""
    for first in FREE_PORTS:
        if lock := reserve(first):
            with lock:
                yield {port: str(first + offset) for offset, port in enumerate(PORTS)}
            return
    raise OSError(f"no free ports in {FREE_PORTS}")


def reserve(first: int) -> socket.socket | None:
    """A lock on a row of ports, or None if one of them is in use."""
    lock = socket.socket(type=socket.SOCK_DGRAM)
    try:
        lock.bind(("127.0.0.1", first))  # a UDP port: it reserves the number, and disturbs no server
        for offset in range(len(PORTS)):
            socket.create_server(("", first + offset)).close()
    except OSError:
        lock.close()
        return None
    return lock


def replace_words(text: str, words: Mapping[str, str]) -> str:
    """Replace whole words, the longest first."""
    either = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.sub(rf"(?<![\w.])({either})(?!\w)", lambda found: words[found[0]], text)
