"""Recognise the commands of a lesson that start a server, and watch the server."""

import shlex
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

# The first words of a command that may serve. If it ends by itself, it is compared like any other command.
SERVERS = ("gunicorn", "waitress-serve", "flask", "nginx", "node", "go")


def may_serve(command: str) -> bool:
    """Whether a command may start a server: it is only one command, and it begins with the name of a server.

    Variables may be set before the name, and ``&`` may be after the command.
    """
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    try:
        words = list(lexer)
    except ValueError:  # a quotation mark is missing
        return False
    if words and words[-1] == "&":
        words.pop()
    if "\n" in command or any(set(word) <= set("();|&") for word in words if word != "&>"):
        return False
    while words and "=" in words[0]:
        words.pop(0)
    program, *arguments = words or [""]
    if program in ("python", "python3"):
        return bool(arguments) and (arguments[0].endswith(".py") or arguments[:2] == ["-m", "http.server"])
    return program in SERVERS


@dataclass
class Server:
    """A server in the background: its process, its output, and how many lines of it the lesson has shown."""

    pid: int
    log: Path
    shown: int = 0

    def runs(self) -> bool:
        return psutil.pid_exists(self.pid)

    def listens(self) -> bool:
        with suppress(psutil.Error):
            process = psutil.Process(self.pid)
            family = [process, *process.children(recursive=True)]
            return any(c.status == psutil.CONN_LISTEN for p in family for c in p.net_connections("tcp"))
        return False
