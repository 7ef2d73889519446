"""Runs what a lesson shows and compares it with what the lesson says. The language of a fence decides:

console     lines after `$ ` are run, in one shell a lesson, in a scratch copy of the repository; the rest is output
pycon       the same after `>>> `, in one Python session, which starts afresh where a file has been edited
diff        an edit of the scratch copy, undone where its section ends
mermaid     a diagram: each line is one that this kind of diagram knows
any other   a verbatim piece of the file that its section linked last; a line `...` stands for lines left out

In an output, `...` stands for the rest of a line or, alone, for any lines. `<!-- not run: why -->` excuses a fence.
A server goes on in the background: what it prints is compared as far as the lesson shows it. A block that begins
without a command is that server's terminal going on, and a line that begins with ^C stops it.
A fence stands at the margin; in it, `> `, or `... ` where the prompt is `>>> `, goes on with the command right above:
no output can begin so. Code outside of fences is not checked.
A command names a process by `$!`, as its number is another one each time.
A lesson says port 3000 or 3001, and free ones are used: the scratch copy is the project with those in their place.
"""

import os
import re
import select
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from itertools import accumulate, groupby
from pathlib import Path
from typing import NoReturn

import psutil

POLL = 0.02  # seconds between two looks at a server
HOME = "/home/you"  # what an output shows of the scratch copy's home
PORTS = range(4800, 5000, 2)  # no number that stands in the project, and as long as 3000
FENCE = re.compile(r"(?ms)^(`{3,}|~{3,}) *(?P<language>[\w+-]*)[^`\n]*\n(?P<body>.*?)^ {0,3}\1[`~]* *$")
LIKE_A_FENCE = re.compile(r"[^\w`~]*(\d+[.)]\s*)?(```|~~~)")  # in a list, say, or without an end
LINK = re.compile(r"\]\((?!\w+:|[^)#]+\.md)([^)\s#]+)")
EDIT = r"--- (.+)\n\+\+\+ (.+)\n((?: .*\n)*[+-].*\n(?:[ +-].*\n)*?)(?=--- .+\n\+\+\+ |\Z)"
EXCUSE = re.compile(r"<!-- not run: \w[^>]*-->\s*\Z")
# What is taken for a server, where it stands alone on its line. One that ends by itself is compared as a whole.
SERVES = re.compile(
    r"(\w+=((['\"]).*?\3|\S*) +)*(python3? (wsgi\.py|examples/|-m http\.server)|gunicorn|flask .*run)\b([^;|&\n]|>&)*&?"
)

CLOCK = r"\d\d:\d\d:\d\d"
NORMALISED: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    (re.compile(rf"\d{{4}}-\d\d-\d\d[T ]{CLOCK}([.,]\d+)?"), lambda date: re.sub(r"\d", "0", date[0])),
    (re.compile(rf"\w{{3}}, \d\d \w{{3}} \d{{4}} {CLOCK} GMT"), "<date>"),
    (re.compile(rf"\d\d/\w{{3}}/\d{{4}}[ :]{CLOCK}"), "<date>"),
    (re.compile(r"\b(\d+m)?\d+\.\d+( ?)(s|ms|µs|us|ns|seconds?)\b"), r"<duration>\2\3"),
    (re.compile(r"(Process ID: |pid: ?|^\[\d+\] |\d\] \[|:\d+ \()\d+\b", re.MULTILINE), r"\1<pid>"),
    (re.compile(r"((?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):|\b[Pp]ort:? )\d{5}\b"), r"\1<port>"),
    (re.compile(r"(?<![\w.])/tmp/[\w./+-]*"), "/tmp/<path>"),
    (re.compile(r"(?<=[a-z])([-/ ]|: )\d+\.\d+\.\d+\b(?!\.?\d)|(?<=python)()\d\.\d+\b"), r"\1<version>"),
]

# What the diagrams have; a label has brackets only in quotes.
LABEL = r'("[^"]*"|[^"\[\](){}|<>;-]+)'
NODE = rf"(?!end\b)\w+(\[{LABEL}\]|\({LABEL}\)|\{{{LABEL}\}})?"
FLOW = rf"{NODE}( (&|-->|-\.->|-->\|{LABEL}\||-- {LABEL} -->) {NODE})*|subgraph .+"
MESSAGES = r"\w+(->>|-->>)\w+: [^;]+|Note over \w+(, ?\w+)?: [^;]+|participant \w+( as .+)?|(alt|loop|opt|else) .+"
DIAGRAMS = {"flowchart LR": FLOW, "flowchart TD": FLOW, "sequenceDiagram": MESSAGES}
OPENING = r"(subgraph|alt|loop|opt) .+"  # what an `end` ends

# How an interpreter is started, and what it is sent, so that it prints END after each command: also one without an end.
END = b"\x1e"
BASH = (
    ["bash", "--noprofile", "--norc"],
    lambda command: f"eval {shlex.quote(command)} </dev/null; _status=$?; printf '\\036'; (exit $_status)\n",
)
PYTHON = ["python", "-iuc", "import sys; sys.ps1=sys.ps2=''; del sys"], "{}\n\nprint(end='\\036', flush=True)\n".format
# What bash adds only where it is not a terminal's: the line of an error, and the end of a job.
NOT_INTERACTIVE = re.compile(r"^bash: (?:eval: )?line \d+: ( *\d+ [A-Z].*\n)?", re.MULTILINE)


class WrongError(Exception):
    """What the lesson says is not what came out. The report shows its text and nothing else."""


@dataclass(frozen=True)
class Block:
    """A fence: where it stands, and what the lesson says just before it."""

    number: int  # the line number of its first line
    language: str
    lines: list[str]
    section: int  # an edit lives as long
    link: str  # the last one before it in its section


@dataclass
class Step:
    """A command and its output; where a block begins without a command, what a server goes on to print."""

    number: int  # the line number of its first line
    source: str
    output: list[str]
    start: int  # the line number of the first line of the output


@dataclass
class Server:
    """A server in the background: its process, its terminal, and how many lines of that the lesson has shown."""

    pid: int
    log: Path
    shown: int = 0

    def listens(self) -> bool:
        with suppress(psutil.Error):
            process = psutil.Process(self.pid)
            processes = [process, *process.children(recursive=True)]
            return any(c.status == psutil.CONN_LISTEN for p in processes for c in p.net_connections("tcp"))
        return False


class Session:
    """An interpreter that stays in the scratch copy, and runs one command after another."""

    def __init__(self, base: Path, command: Sequence[str], sent: Callable[[str], str]) -> None:
        self.sent, self.later = sent, b""
        pipe, same, place = subprocess.PIPE, subprocess.STDOUT, base / "home/tutorial"
        env = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(base / "home"),
            "TMPDIR": str(base / "tmp"),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONDONTWRITEBYTECODE": "1",  # an edit of the same size in the same second would pass for the old text
        }
        self.popen = subprocess.Popen(  # in a session of its own it has no terminal
            command, bufsize=0, stdin=pipe, stdout=pipe, stderr=same, cwd=place, env=env, start_new_session=True
        )

    def run(self, command: str, timeout: float) -> tuple[str, str]:
        """What the command printed and, where it is not over, why there is no more; jobs print later than END."""
        assert self.popen.stdin
        assert self.popen.stdout
        deadline = time.monotonic() + timeout
        output, problem = self.later, ""
        with suppress(BrokenPipeError):
            self.popen.stdin.write(self.sent(command).encode())
        while END not in output and not problem:
            ready, _, _ = select.select([self.popen.stdout], [], [], max(0.0, deadline - time.monotonic()))
            chunk = self.popen.stdout.read(65536) if ready else b""
            output += chunk
            problem = "" if chunk else "(the session has ended)" if ready else f"(still running after {timeout:g} s)"
        output, _, self.later = output.partition(END)
        return output.decode(errors="replace"), problem

    def close(self) -> None:
        with self.popen:  # closes the pipes: to read on until the end would wait for all that may write there
            self.popen.kill()


class Lesson:
    """A lesson, its scratch copy and all that runs there."""

    base: Path  # the folder of the scratch copy: this and the next two are made by check()
    names: dict[str, str]
    bash: Session

    def __init__(self, path: Path, root: Path, *, timeout: float, update: bool) -> None:
        self.path, self.root, self.timeout, self.update = path, root, timeout, update
        self.lines = path.read_bytes().decode().split("\n")
        self.corrections: list[tuple[int, int, list[str]]] = []  # from which line, for how many, what
        self.servers: list[Server] = []
        self.python: Session | None = None
        self.stack, self.edits = ExitStack(), ExitStack()  # what ends with the lesson, and with a section

    def check(self) -> None:
        """Run the blocks in order; raises :class:`WrongError` for the first that is wrong."""
        with self.stack:
            self.base, self.names = scratch_copy(self.root, self.stack)
            self.stack.callback(self.write_corrections)
            self.bash = self.stack.enter_context(closing(Session(self.base, *BASH)))
            text = "\n".join(self.lines)
            for number, line in enumerate(without_fences(text).split("\n"), 1):
                if LIKE_A_FENCE.match(line):
                    self.fail(number, [line], ["no fence: one begins at the margin, and has an end"])
            for _, blocks in groupby(read_blocks(text), lambda block: block.section):
                with self.edits:
                    for block in blocks:
                        self.check_block(block)

    def check_block(self, block: Block) -> None:
        match block.language:
            case "console":
                for step in read_steps(block):
                    self.run_console(step)
            case "pycon":
                for step in read_steps(block):
                    if not self.python:
                        self.python = self.stack.enter_context(closing(Session(self.base, *PYTHON)))
                    self.compare(step, *self.run(self.python, step.source))
            case "diff":
                self.apply(block)
            case "mermaid":
                if errors := diagram_errors(block.lines):
                    self.fail(block.number, block.lines, ["not a diagram that parses:", *errors])
            case _:
                self.find_excerpt(block)

    def run_console(self, step: Step) -> None:
        """Run a command, start or stop a server, or follow what the latest one prints."""
        if SERVES.fullmatch(step.source):
            self.serve(step)
        elif step.source not in ("", "^C"):
            self.compare(step, *self.run(self.bash, step.source))
            return
        if not self.servers:
            self.fail(step.number, step.output, ["no command, and no server that could print this"])
        elif step.source == "^C":
            self.stop(self.servers.pop(), step)
        else:
            self.follow(self.servers[-1], step)

    def run(self, session: Session, command: str) -> tuple[list[str], str]:
        output, problem = session.run(swap(command, self.names), self.timeout)
        return self.seen(output), problem

    def seen(self, output: str) -> list[str]:
        """The lines of an output, as a reader sees them."""
        output = swap(output, {there: here for here, there in self.names.items()})
        output = NOT_INTERACTIVE.sub(lambda found: "" if found[1] else "bash: ", output)
        return without_blank_end(output.replace("\r\n", "\n").split("\n"))

    def compare(self, step: Step, came_out: list[str], problem: str = "", *, more: bool = False) -> None:
        """Pass an output that is as the lesson says, or begins so; correct another with --update, else fail."""
        says = [*step.output, "..."] if more else step.output
        if problem:
            came_out = [*came_out, problem]
        elif matches(says, came_out):
            return
        right = merge(says, came_out)
        if problem or not self.update or not matches(right, came_out):
            self.fail(step.number, [*self.lines[step.number - 1 : step.start - 1], *step.output], came_out)
        self.corrections.append((step.start - 1, len(step.output), right[:-1] if more else right))

    def write_corrections(self) -> None:
        for start, count, output in reversed(self.corrections):
            self.lines[start : start + count] = [line.rstrip() for line in output]
        if self.corrections:
            self.path.write_bytes("\n".join(self.lines).encode())

    def fail(self, number: int, says: Iterable[str], came_out: Iterable[str]) -> NoReturn:
        parts = ["The lesson says:", *says], ["What came out:", *came_out]
        where = f"{self.path.relative_to(self.root)}:{number}"
        raise WrongError("\n".join([where, *("\n    ".join(part) for part in parts)]))

    def serve(self, step: Step) -> None:
        """Start a server in a process group of its own, which gets the signal when Ctrl-C is typed."""
        command, log = swap(step.source, self.names).rstrip(" &"), self.base / f"server-{step.number}"
        log.write_text("[1] 12345\n" if step.source.endswith("&") else "")  # what an interactive shell says of a job
        start = f"set -m\n{{ {command} &\n}} >>{shlex.quote(str(log))} 2>&1\nset +m\necho $!"
        pid, problem = self.bash.run(start, self.timeout)
        if not pid.strip().isdecimal():
            self.compare(step, self.seen(pid), problem or "(does not start)")
        self.servers.append(Server(int(pid), log))

    def printed(self, server: Server) -> list[str]:
        """What the server has printed and the lesson has not shown yet."""
        return self.seen(server.log.read_text(errors="replace"))[server.shown :]

    def follow(self, server: Server, step: Step) -> None:
        """Wait until the server listens and has printed what the lesson shows of it, or is over."""
        deadline = time.monotonic() + self.timeout
        while True:
            over, listens, late = not psutil.pid_exists(server.pid), server.listens(), time.monotonic() > deadline
            printed = self.printed(server)
            found = pattern(step.output).match(normal(printed))
            if over or late or (listens and found):
                break
            time.sleep(POLL)
        if over:
            self.bash.run(f"wait {server.pid}", self.timeout)  # for its exit status
        problem = "" if over or listens else f"(does not listen after {self.timeout:g} s)"
        self.compare(step, printed, problem, more=not over)
        server.shown += normal(printed)[: found.end()].count("\n") if found else len(printed)

    def stop(self, server: Server, step: Step) -> None:
        """Type Ctrl-C and wait for the end, of which `$?` tells then; what is printed until there stands after ^C."""
        server.shown += len(self.printed(server))
        _, problem = self.bash.run(f"kill -INT -- -{server.pid}; wait {server.pid}", self.timeout)
        first, *others = self.printed(server) or [""]
        self.compare(step, ["^C" + first, *others], problem)

    def apply(self, block: Block) -> None:
        """Edit the scratch copy until the section of the block ends."""
        diff = "".join(f"{line}\n" for line in block.lines)
        if not re.fullmatch(f"({EDIT})+", diff):
            self.fail(
                block.number, block.lines, ["no edit: `--- file`, `+++ file`, then lines with ` `, and `-` or `+`"]
            )
        for source, name, changes in re.findall(EDIT, diff):
            path = (self.base / "home/tutorial" / name).resolve()
            if source not in (name, "/dev/null") or not path.is_relative_to(self.base / "home/tutorial"):
                self.fail(block.number, block.lines, [f"{source}, {name}: not an edit of a file in the repository"])
            text = path.read_text() if path.exists() else ""
            # The old text is the diff without its + lines, the new one without its - lines.
            old, new = (swap(re.sub(rf"(?m)^(\{sign}.*\n|.)", "", changes), self.names) for sign in "+-")
            around = re.split(rf"^{re.escape(old)}" if old else r"\Z", text, flags=re.MULTILINE)
            if len(around) != 2 or path.exists() == (source == "/dev/null"):
                there = f"is {'there' if path.exists() else 'not there'}, and has the old lines {len(around) - 1} times"
                self.fail(block.number, changes.splitlines(), [f"{name} {there}"])
            self.edits.callback(self.write, path, text if path.exists() else None)
            self.write(path, new.join(around))

    def write(self, path: Path, text: str | None) -> None:
        """Give a file of the scratch copy another text, or none; nobody goes on with what was imported from it."""
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        if self.python:
            self.python.close()
            self.python = None

    def find_excerpt(self, block: Block) -> None:
        """The pieces of an excerpt stand in the repository's own file, in this order."""
        file = self.path.parent / block.link
        if not block.language or not file.is_file() or all(is_gap(line) or not line for line in block.lines):
            lacks = "without a link to its file, without a line of that, or without a <!-- not run: why -->"
            self.fail(block.number, block.lines, [f"nothing: a {block.language or 'nameless'} fence {lacks}"])
        lines, start = file.read_text().split("\n"), 0
        for wanted in [list(piece) for gap, piece in groupby(block.lines, is_gap) if not gap]:
            size = len(wanted)
            places = [at for at in range(start, len(lines)) if lines[at : at + size] == wanted]
            if not places:
                match = SequenceMatcher(None, lines, wanted).find_longest_match()
                near = lines[max(0, match.a - match.b) :][:size]
                found = f"{file.name} has no such piece, or not after the one before; it has:"
                self.fail(block.number, wanted, [found, *near])
            start = places[0] + size


def without_fences(text: str) -> str:
    """The text with each fence blank: all stands where it stood."""
    return FENCE.sub(lambda fence: re.sub(".", " ", fence[0]), text)


def read_blocks(text: str) -> Iterator[Block]:
    """The fences of a lesson, in order, without those that are excused."""
    prose = without_fences(text)
    for fence in FENCE.finditer(text):
        number = text.count("\n", 0, fence.start("body")) + 1
        sections = re.split("^#+ ", prose[: fence.start()], flags=re.MULTILINE)
        link = ["", *LINK.findall(sections[-1])][-1]
        if not EXCUSE.search(text, 0, fence.start()):
            yield Block(number, fence["language"], fence["body"].split("\n")[:-1], len(sections), link)


def read_steps(block: Block) -> list[Step]:
    """The commands of a block, each with its output; ^C is a command, too, and stands in its output."""
    prompt, more = ("$ ", "> ") if block.language == "console" else (">>> ", "... ")
    steps = [Step(block.number, "", [], block.number)]
    for number, line in enumerate(block.lines, block.number):
        step = steps[-1]
        if line.startswith(prompt):
            steps.append(Step(number, line.removeprefix(prompt), [], number + 1))
        elif line.startswith("^C"):
            steps.append(Step(number, "^C", [line], number))
        elif line.startswith(more) and step.source and not step.output:
            step.start, step.source = number + 1, f"{step.source}\n{line.removeprefix(more)}"
        else:
            step.output.append(line)
    for step in steps:
        step.output = without_blank_end(step.output)
    return [step for step in steps if step.source or step.output]


def without_blank_end(lines: Sequence[str]) -> list[str]:
    text = "\n".join(lines).rstrip()
    return text.split("\n") if text else []


def scratch_copy(root: Path, stack: ExitStack) -> tuple[Path, dict[str, str]]:
    """A folder with a copy of the project, and what is called otherwise there than in the lesson."""
    base = Path(tempfile.mkdtemp(prefix="lesson-")).resolve()
    # A process of its own cleans up once this pipe closes: that happens however this one ends.
    command = [sys.executable, __file__, str(base)]
    janitor = subprocess.Popen(command, stdin=subprocess.PIPE, env={}, start_new_session=True)
    stack.callback(janitor.communicate)
    ports = free_ports(stack)

    def copy(source: str, target: str) -> None:
        Path(target).write_bytes(swap(Path(source).read_bytes().decode("latin-1"), ports).encode("latin-1"))
        shutil.copymode(source, target)

    ignored = (root / ".gitignore").read_text().replace("/\n", "\n").splitlines()  # its lines are names and no paths
    ignore = shutil.ignore_patterns(".git", *ignored)
    shutil.copytree(root, base / "home/tutorial", symlinks=True, ignore=ignore, copy_function=copy)
    (base / "home/.curlrc").write_text("silent\nshow-error\n")  # a terminal shows no meter above a short answer
    (base / "tmp").mkdir()
    return base, {**ports, HOME: str(base / "home"), "/tmp": str(base / "tmp")}


def free_ports(stack: ExitStack) -> dict[str, str]:
    """Two ports in a row, for 3000 and 3001, which no lesson beside this one takes until the stack is left."""
    for port in PORTS:
        # A UDP port of the same number disturbs nobody.
        lock = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        with suppress(OSError):
            lock.bind(("127.0.0.1", port))
            for number in (port, port + 1):
                socket.create_server(("", number)).close()
            return {"3000": str(port), "3001": str(port + 1)}
    raise OSError(f"no free port in {PORTS}")


def swap(text: str, words: Mapping[str, str]) -> str:
    """Put each word in another's place, the longest first."""
    either = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.sub(rf"(?<![\w.])({either})(?!\w)", lambda found: words[found[0]], text)


def is_gap(line: str) -> bool:
    return line.strip() == "..."


def normal(lines: Iterable[str]) -> str:
    """An output with one word for each date, duration, process id, port, temporary path and version."""
    text = "".join(f"{line.rstrip()}\n" for line in lines)
    for expression, word in NORMALISED:
        text = expression.sub(word, text)
    return text


def pattern(says: Iterable[str]) -> re.Pattern[str]:
    """What a normal output matches. A gap ends where the next piece is first found, and the last one where it fits."""
    text = normal(re.sub(r"\.\.\.$", "\0", line) for line in says)
    first, *others = [re.escape(piece).replace("\0", ".*") for piece in re.split(r"(?m)^ *\0\n", text)]
    gaps = [rf"(?>(?:.*\n)*?{piece})" for piece in others[:-1]]  # not sought again, however the rest fares
    return re.compile("".join([first, *gaps, *(rf"(?:.*\n)*?{piece}" for piece in others[-1:])]))


def matches(says: Iterable[str], came_out: Iterable[str]) -> bool:
    return bool(pattern(says).fullmatch(normal(came_out)))


def merge(says: Sequence[str], came_out: Sequence[str]) -> list[str]:
    """What came out, as the lesson would show it: each `...` stays, and so does each line that was right."""
    merged: list[str] = []
    found = normal(came_out).split("\n")[:-1]
    expected = [like(line, found) for line in says]
    for tag, i, i_end, j, j_end in SequenceMatcher(None, expected, found, autojunk=False).get_opcodes():
        said, there = says[i:i_end], came_out[j:j_end]
        merged += map(reword, said, there) if tag == "equal" else replace(said, there)
    return merged


def replace(says: Sequence[str], came_out: Sequence[str]) -> Sequence[str]:
    """Other lines, in place of those before the first gap and after the last: one in between has no known place."""
    gaps = [at for at, line in enumerate(says) if is_gap(line)]
    if not gaps:
        return came_out
    before, after = gaps[0], len(says) - gaps[-1] - 1
    return [*came_out[:before], *says[before : len(says) - after], *came_out[max(before, len(came_out) - after) :]]


def like(said: str, found: Sequence[str]) -> str:
    """The line that is as the lesson says or, where there is none, nearly so."""
    right = [] if is_gap(said) else [line for line in found if matches([said], [line])]
    return [*right, *get_close_matches(said, found, n=1, cutoff=0.4), said][0]


def reword(said: str, came_out: str) -> str:
    """The line that came out, unless the lesson was right; `...` stands after the same word as before."""
    if matches([said], [came_out]):
        return said
    last_word = re.search(r"(\S*\s*)\.\.\.\Z", said)
    head, word, _ = came_out.rpartition(last_word[1]) if last_word else ("", "", "")
    return f"{head}{word}..." if word else came_out


def diagram_errors(lines: Iterable[str]) -> list[str]:
    """The lines of a Mermaid diagram that its kind does not know."""
    kind, *others = [line.strip() for line in lines] or [""]
    if kind not in DIAGRAMS:
        return [kind or "(no diagram)"]
    unknown = [line for line in others if not re.fullmatch(f"{DIAGRAMS[kind]}|end", line)]
    opened = [0, *accumulate(bool(re.fullmatch(OPENING, line)) - (line == "end") for line in others)]
    return unknown or ["an `end` is missing, or one too many"] * (min(opened) < 0 or opened[-1] > 0)


def clean(base: Path) -> None:
    """End every process that works in a folder, or has it in its environment; remove the folder."""
    while rest := [p for p in psutil.process_iter(["cwd", "environ"]) if str(base) in str(p.info)]:
        for process in rest:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(rest, timeout=1)
    shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    sys.stdin.read()  # until the checker closes the pipe, or is no more
    clean(Path(sys.argv[1]))
