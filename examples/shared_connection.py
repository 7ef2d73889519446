"""Be a proxy that sends the requests of two clients on one connection: an attacker's, then another client's.

``python -m examples.shared_connection wsgi.py`` starts a server, and prints what the other client gets after an attack.
"""

import shlex
import sys
import tempfile
from http.client import HTTPMessage, parse_headers
from pathlib import Path
from typing import BinaryIO

from tests.support.client import Server
from tests.support.processes import COMMANDS, ServerProcess

GREETING = b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /hello HTTP/1.1\r\nHost: localhost\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nX: "
CHUNKS = b"0\r\n\r\n" + SMUGGLED
ATTACKS = {
    "no attack": GREETING,
    "length and chunks": POST
    + b"Transfer-Encoding: chunked\r\n"
    + f"Content-Length: {len(CHUNKS)}\r\n\r\n".encode()
    + CHUNKS,
    "HTTP/9.9": b"GET /hello HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "101 headers": POST + b"X: y\r\n" * 99 + f"Content-Length: {len(SMUGGLED)}\r\n\r\n".encode() + SMUGGLED,
}


def next_client_gets(server: Server, attack: bytes) -> str:
    """Send an attack and then the greeting, each as one request, and return the body of the second response."""
    with server.connect(attack) as connection:
        responses = connection.makefile("rb")
        headers, _ = read_response(responses)
        if headers["Connection"] == "close" or "Content-Length" not in headers:
            return "(a new connection)"  # the server closes this one
        connection.sendall(GREETING)
        _, body = read_response(responses)
        return body


def read_response(responses: BinaryIO) -> tuple[HTTPMessage, str]:
    responses.readline()  # the status line
    headers = parse_headers(responses)
    return headers, responses.read(int(headers.get("Content-Length", 0))).decode().strip()


def main(kind: str) -> None:
    with tempfile.TemporaryDirectory() as folder, ServerProcess(COMMANDS[kind], Path(folder, "log")) as process:
        server = Server.at(process.url())
        for name, attack in ATTACKS.items():
            print(f"{name:<18} {next_client_gets(server, attack)}")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"Give the name of a server: {', '.join(map(shlex.quote, COMMANDS))}")
    main(sys.argv[1])
