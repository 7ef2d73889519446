"""Send eleven odd requests to four servers of the same application: ``python -m examples.odd_requests``.

The table shows the status of each response, and in the row ``HTTP/1.2`` the version of the response.
Names of servers as arguments choose some of them: ``python -m examples.odd_requests wsgi.py waitress``.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.support.client import Server
from tests.support.processes import COMMANDS, ServerProcess

PATIENCE = 1.0  # seconds; a response takes a few milliseconds
GET = b"GET /hello HTTP/1.1\r\n"
POST = b"POST /hello HTTP/1.1\r\n"
HOST = b"Host: localhost\r\n"
ODD_REQUESTS = {
    "lines end in LF": b"GET /hello HTTP/1.1\nHost: localhost\n\n",
    "space before the colon": GET + b"Host : localhost\r\n\r\n",
    "no Host": GET + b"\r\n",
    "two Hosts": GET + HOST + b"Host: other.example\r\n\r\n",
    "folded header": GET + HOST + b"X-Note: two\r\n lines\r\n\r\n",
    "length and chunks": POST + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": POST + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length with a plus": POST + HOST + b"Content-Length: +2\r\n\r\nab",
    "method in small letters": b"get /hello HTTP/1.1\r\n" + HOST + b"\r\n",
    "HTTP/1.2": b"GET /hello HTTP/1.2\r\n" + HOST + b"\r\n",
    "URL of another host": b"GET http://other.example/hello HTTP/1.1\r\n" + HOST + b"\r\n",
}


def result(server: Server, request: bytes) -> str:
    """The status of the response to these bytes, or its version."""
    with server.connect(request) as connection:
        connection.settimeout(PATIENCE)
        try:
            version, status, _ = connection.recv(65536).decode().split(maxsplit=2)
        except TimeoutError:
            return "silence"
    return version if b"HTTP/1.2" in request else status


def main(kinds: list[str]) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        processes = [stack.enter_context(ServerProcess(COMMANDS[kind], folder / kind)) for kind in kinds]
        servers = [Server.at(process.url()) for process in processes]
        print_row("", kinds)
        for name, request in ODD_REQUESTS.items():
            print_row(name, [result(server, request) for server in servers])


def print_row(name: str, cells: list[str]) -> None:
    print(f"{name:<24}", *(f"{cell:<9}" for cell in cells))


if __name__ == "__main__":
    main(sys.argv[1:] or list(COMMANDS))
