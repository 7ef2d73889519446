"""Run the blocks of a lesson in order, in a scratch copy of the repository, and compare what they show."""

import shlex
import shutil
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NoReturn

from course import diagrams
from course.blocks import (
    CTRL_C,
    PROGRAMS,
    Step,
    is_excused,
    is_unfinished,
    misplaced_code,
    needs,
    read_steps,
)
from course.compare import is_gap, lines_covered, matches, merge, missing_piece, without_blank_end
from course.edits import Edit, EditError, apply, read_edits
from course.pages import Fence, Heading, LessonError, Page
from course.scratch import Scratch, scratch_copy
from course.servers import Server, may_serve
from course.sessions import BASH, PYTHON, Session, bash_script, python_script, search_path, without_prefixes_of_bash

POLL = 0.02  # seconds between two looks at a server
SILENCE = 5.0  # seconds without output, after which a server that listens prints nothing more


class Replay:
    """One run of a page."""

    scratch: Scratch
    shell: Session

    def __init__(self, page: Page, root: Path, *, timeout: float, update: bool) -> None:
        self.page, self.root, self.timeout, self.update = page, root, timeout, update
        self.stack = ExitStack()
        self.python: Session | None = None
        self.servers: list[Server] = []  # the latest one is last
        self.undo: list[tuple[tuple[Heading, ...], Path, str | None]] = []  # the section of each edit, and the old text
        self.corrections: list[tuple[int, int, list[str]]] = []  # the first line, how many, the lines instead
        self.skipped: list[str] = []

    def run(self) -> None:
        """Run the page. The first block that is wrong raises :class:`LessonError`."""
        for line, text in misplaced_code(self.page):
            self.fail(line, [text], ["this code is not checked; write it in a fence at the margin, and end the fence"])
        with self.stack:
            self.scratch = self.stack.enter_context(scratch_copy(self.root))
            self.stack.callback(self.write_corrections)
            self.shell = self.stack.enter_context(closing(Session(self.scratch, BASH, bash_script)))
            for fence in self.page.fences:
                self.undo_edits(fence)
                if not is_excused(fence) and self.has_programs(fence):
                    self.run_fence(fence)

    def has_programs(self, fence: Fence) -> bool:
        """Whether this machine has the programs that the fence needs."""
        for program in needs(fence):
            if program not in PROGRAMS:
                self.fail(fence.line, [fence.comment], [f"no such program; write one of {', '.join(PROGRAMS)}"])
            if not any(shutil.which(name, path=search_path()) for name in PROGRAMS[program]):
                self.skipped.append(f"{self.page.name}:{fence.line}: skipped, because it needs {program}")
                return False
        return True

    def run_fence(self, fence: Fence) -> None:
        match fence.language:
            case "console":
                for step in read_steps(fence):
                    self.run_console(step)
            case "pycon":
                for step in read_steps(fence):
                    self.run_python(step)
            case "diff":
                self.edit(fence)
            case "mermaid":
                if faults := diagrams.faults(fence.lines):
                    self.fail(fence.line, fence.lines, ["not a diagram that parses:", *faults])
            case _:
                self.find_excerpt(fence)

    # Consoles

    def run_console(self, step: Step) -> None:
        if may_serve(step.command):
            self.start_server(step)
        elif step.command not in ("", CTRL_C):
            output, problem = self.run_in(self.shell, step.command)
            self.compare(step, output, problem)
            return
        if not self.servers:
            self.fail(step.line, step.output, ["there is no command, and no server that could print this"])
        elif step.command == CTRL_C:
            self.stop_server(self.servers.pop(), step)
        else:
            self.follow_server(self.servers[-1], step)

    def run_python(self, step: Step) -> None:
        if is_unfinished(step.command):
            self.fail(step.line, self.quoted(step), ["Python waits for more; end the block with a line `...`"])
        if not self.python:
            self.python = self.stack.enter_context(closing(Session(self.scratch, PYTHON, python_script)))
        output, problem = self.run_in(self.python, step.command)
        self.compare(step, output, problem)

    def run_in(self, session: Session, command: str) -> tuple[list[str], str]:
        output, problem = session.run(self.scratch.to_copy(command), self.timeout)
        return self.as_shown(output), problem

    def as_shown(self, output: str) -> list[str]:
        """The lines of an output, as a reader sees them in a terminal."""
        output = without_prefixes_of_bash(self.scratch.to_lesson(output))
        return without_blank_end(output.replace("\r\n", "\n").split("\n"))

    # Servers

    def start_server(self, step: Step) -> None:
        """Start a server in its own process group, because Ctrl-C signals a whole group."""
        log = self.scratch.base / f"server-{step.line}"
        command = self.scratch.to_copy(step.command).rstrip()
        job = "[1] 12345\n" if command.endswith("&") else ""  # what a shell prints in a terminal
        log.write_text(job, "utf-8")
        script = f"set -m\n{{ {command.rstrip('& ')} </dev/null &\n}} >>{shlex.quote(str(log))} 2>&1\nset +m\necho $!"
        pid, problem = self.shell.run(script, self.timeout)
        if not pid.strip().isdecimal():
            self.compare(step, self.as_shown(pid), problem or "(does not start)")
        self.servers.append(Server(int(pid), log))

    def not_shown_yet(self, server: Server) -> list[str]:
        return self.as_shown(server.log.read_text("utf-8", errors="replace"))[server.shown :]

    def follow_server(self, server: Server, step: Step) -> None:
        """Wait until the server listens and has printed what the lesson shows, or until it ends or is silent."""
        start = last_change = time.monotonic()
        output: list[str] = []
        while True:
            runs, listens, before = server.runs(), server.listens(), output
            output = self.not_shown_yet(server)
            covered = lines_covered(step.output, output)
            now = time.monotonic()
            if not listens or output != before:
                last_change = now
            if (
                not runs
                or (listens and covered is not None)
                or now - last_change > SILENCE
                or now - start > self.timeout
            ):
                break
            time.sleep(POLL)
        if not runs:
            self.shell.run(f"wait {server.pid}", self.timeout)  # then $? is its exit status
        problem = f"(does not listen after {self.timeout:g} s)" if runs and not listens else ""
        self.compare(step, output, problem, prints_more=runs)
        server.shown += len(output) if covered is None else covered

    def stop_server(self, server: Server, step: Step) -> None:
        """Press Ctrl-C, and wait for the end. A terminal shows ``^C`` before what the server prints then."""
        server.shown += len(self.not_shown_yet(server))
        _, problem = self.shell.run(f"kill -INT -- -{server.pid}; wait {server.pid}", self.timeout)
        first, *others = self.not_shown_yet(server) or [""]
        self.compare(step, [CTRL_C + first, *others], problem)

    # Edits

    def edit(self, fence: Fence) -> None:
        """Edit the scratch copy, until the section of the fence ends."""
        try:
            for edit in read_edits([self.scratch.to_copy(line) for line in fence.lines]):
                self.apply(edit, fence.headings)
        except EditError as error:
            self.fail(fence.line, fence.lines, [str(error)])

    def apply(self, edit: Edit, section: tuple[Heading, ...]) -> None:
        path = self.scratch.project / edit.file
        old = path.read_text("utf-8") if path.is_file() else None
        new = apply(edit, old)
        self.undo.append((section, path, old))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(new, "utf-8")
        self.restart_python()

    def undo_edits(self, fence: Fence) -> None:
        """Undo the edits of each section that has ended before this fence."""
        while self.undo and fence.headings[: len(self.undo[-1][0])] != self.undo[-1][0]:
            _, path, old = self.undo.pop()
            if old is None:
                path.unlink(missing_ok=True)  # a command may have removed it
            else:
                path.write_text(old, "utf-8")
            self.restart_python()

    def restart_python(self) -> None:
        """The next Python session imports the edited files."""
        if self.python:
            self.python.close()
            self.python = None

    # Excerpts

    def find_excerpt(self, fence: Fence) -> None:
        """Find the pieces of an excerpt in the repository's own file."""
        path = self.root / fence.link.file if fence.link else None
        if not fence.language or not path or not path.is_file() or all(is_gap(x) or not x for x in fence.lines):
            reasons = "needs a language, lines of code, and a link to its file above; or a <!-- not run: why -->"
            self.fail(fence.line, fence.lines, [f"nothing to compare with: {fence.language or 'this'} {reasons}"])
        missing = missing_piece(fence.lines, path.read_text("utf-8").split("\n"))
        if missing:
            piece, near = missing
            self.fail(fence.line, piece, [f"{path.name} lacks these lines, or has them earlier; it has:", *near])

    # Results

    def compare(self, step: Step, actual: Sequence[str], problem: str = "", *, prints_more: bool = False) -> None:
        """Accept an output that is as the lesson shows it. With --update, correct the lesson."""
        expected = [*step.output, "..."] if prints_more else step.output
        if problem:
            self.fail(step.line, self.quoted(step), [*actual, problem])
        if matches(expected, actual):
            return
        corrected = merge(expected, actual)
        if not self.update or not matches(corrected, actual):
            self.fail(step.line, self.quoted(step), actual)
        self.corrections.append((step.output_line, len(step.output), corrected[:-1] if prints_more else corrected))

    def quoted(self, step: Step) -> list[str]:
        """The command and its output, as the lesson has them."""
        return [*self.page.lines[step.line - 1 : step.output_line - 1], *step.output]

    def write_corrections(self) -> None:
        lines = list(self.page.lines)
        for line, count, output in reversed(self.corrections):
            lines[line - 1 : line - 1 + count] = [text.rstrip() for text in output]
        if self.corrections:
            (self.root / self.page.name).write_text("\n".join(lines), "utf-8", newline="")

    def fail(self, line: int, expected: Iterable[str], actual: Iterable[str]) -> NoReturn:
        parts = ["The lesson shows:", *expected], ["The result is:", *actual]
        raise LessonError("\n".join([f"{self.page.name}:{line}", *("\n    ".join(part) for part in parts)]))
