"""The shell and the Python session that run the commands of a lesson, one after another."""

import os
import re
import select
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from course.scratch import Scratch

POLL = 0.05  # seconds between two checks whether the session has ended
END = b"\x1e"  # an interpreter prints this after each command
BASH = ["bash", "--noprofile", "--norc"]
PYTHON = ["python", "-iuc", "import sys; sys.ps1 = sys.ps2 = ''; del sys"]
# What bash prints only because it is not in a terminal: the line of an error, and the end of a job.
NOT_IN_A_TERMINAL = re.compile(r"^bash: (?:eval: )?line \d+: ( *\d+ [A-Z].*\n)?", re.MULTILINE)


def bash_script(command: str) -> str:
    """What bash has to read to run a command without input, and to keep its exit status in ``$?``."""
    return f"eval {shlex.quote(command)} </dev/null; _status=$?; printf '\\036'; (exit $_status)\n"


def python_script(command: str) -> str:
    return f"{command}\n\nprint(end='\\036', flush=True)\n"


def search_path() -> str:
    """Where a session finds programs: first beside the Python that runs this."""
    return f"{Path(sys.executable).parent}:{os.environ['PATH']}"


class Session:
    """An interpreter that works in the scratch copy."""

    def __init__(self, scratch: Scratch, interpreter: Sequence[str], script: Callable[[str], str]) -> None:
        self.script = script
        self.printed_late = b""
        env = {
            "PATH": search_path(),
            "HOME": str(scratch.base / "home"),
            "TMPDIR": str(scratch.base / "tmp"),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONDONTWRITEBYTECODE": "1",  # Python would not notice an edit of the same size in the same second
        }
        self.process = subprocess.Popen(
            interpreter,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=scratch.project,
            env=env,
            start_new_session=True,  # without a terminal
        )

    def run(self, command: str, timeout: float) -> tuple[str, str]:
        """What the command printed, and the reason if it did not finish."""
        assert self.process.stdin
        assert self.process.stdout
        output, problem = self.printed_late, ""
        deadline = time.monotonic() + timeout
        with suppress(BrokenPipeError):
            self.process.stdin.write(self.script(command).encode())
        while END not in output and not problem:
            ready, _, _ = select.select([self.process.stdout], [], [], POLL)
            chunk = self.process.stdout.read(65536) if ready else b""
            output += chunk
            if not chunk and (ready or self.process.poll() is not None):  # its servers can keep the output open
                problem = "(the session has ended)"
            elif time.monotonic() > deadline:
                problem = f"(still running after {timeout:g} s)"
        output, _, self.printed_late = output.partition(END)  # a job in the background can print after END
        return output.decode(errors="replace"), problem

    def close(self) -> None:
        with self.process:  # closes the pipes, without waiting for other processes that can write there
            self.process.kill()


def without_prefixes_of_bash(output: str) -> str:
    return NOT_IN_A_TERMINAL.sub(lambda found: "" if found[1] else "bash: ", output)
