"""How the tests talk to a server, whoever runs it."""

import http.client
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit
from wsgiref.util import setup_testing_defaults

from werkzeug.datastructures import Headers

TIMEOUT = 10.0  # seconds after which a server that does not answer has failed


@dataclass(frozen=True)
class Response:
    """A response: what a client gets to see of it."""

    status: int
    headers: Headers
    body: bytes

    def __str__(self) -> str:
        return "\n".join([str(self.status), *(f"{name}: {value}" for name, value in self.headers), "", repr(self.body)])


@dataclass(frozen=True, repr=False)
class Server:
    """A server that listens at a URL; ``exchanges`` is what was said, for the report of a failure."""

    url: SplitResult
    exchanges: list[str]

    def __repr__(self) -> str:
        return f"<Server {self.url.geturl()}>"

    @property
    def secure(self) -> bool:
        return self.url.scheme == "https"

    @property
    def port(self) -> int:
        return self.url.port or (443 if self.secure else 80)

    @classmethod
    def at(cls, url: str, exchanges: list[str] | None = None) -> Self:
        return cls(urlsplit(url.rstrip("/")), [] if exchanges is None else exchanges)

    def send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, timeout: float = TIMEOUT
    ) -> Response:
        """The answer to one request, over a connection of its own."""
        kind = http.client.HTTPSConnection if self.secure else http.client.HTTPConnection
        connection = kind(self.url.netloc, timeout=timeout)
        self.exchanges.append(exchange(method, self.url.path + path, headers, "nothing"))
        try:
            connection.request(method, self.url.path + path, headers=headers or {})
            response = connection.getresponse()
            answer = Response(response.status, Headers(response.getheaders()), response.read())
        finally:
            connection.close()
        self.exchanges[-1] = exchange(method, self.url.path + path, headers, answer)
        return answer

    def connect(self) -> socket.socket:
        """A connection on which nothing has been sent."""
        assert self.url.hostname is not None
        connection = socket.create_connection((self.url.hostname, self.port), TIMEOUT)
        if self.secure:
            return ssl.create_default_context().wrap_socket(connection, server_hostname=self.url.hostname)
        return connection

    def request(self, method: str = "GET", path: str = "/hello") -> bytes:
        """The bytes of a request after which the server is to close the connection."""
        return (
            f"{method} {self.url.path}{path} HTTP/1.1\r\nHost: {self.url.netloc}\r\nConnection: close\r\n\r\n".encode()
        )

    def send_bytes(self, data: bytes, *, hang_up: bool = False) -> bytes:
        """All that the server answers, on a connection of its own; ``hang_up`` tells it that no more will come."""
        self.exchanges.append(f"Sent:\n{readable(data)}\nCame back:\nnothing")
        with self.connect() as connection:
            connection.sendall(data)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
            answer = receive(connection)
        self.exchanges[-1] = f"Sent:\n{readable(data)}\nCame back:\n{readable(answer)}"
        return answer


def receive(connection: socket.socket) -> bytes:
    """All that comes until the other side closes the connection."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


def exchange(method: str, path: str, headers: Mapping[str, str] | None, answer: Response | str) -> str:
    lines = [f"{method} {path}", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    return "Sent:\n" + "\n".join(lines) + f"\nCame back:\n{answer}"


def readable(data: bytes) -> str:
    """Bytes as lines; what is not printable is escaped, and a line feed alone does not end a line."""
    return "\n".join(repr(line)[2:-1] for line in data.split(b"\r\n"))


def call(
    application: Callable[..., Iterable[bytes]], method: str = "GET", path: str = "/hello", **environ: Any
) -> tuple[str, list[tuple[str, str]], bytes]:
    """What a server does with an application (PEP 3333): call it, take status and headers, join the body, close it."""
    environ = {"SCRIPT_NAME": "", "QUERY_STRING": "", **environ, "REQUEST_METHOD": method, "PATH_INFO": path}
    setup_testing_defaults(environ)
    started: list[tuple[str, list[tuple[str, str]]]] = []
    body = application(environ, lambda status, headers, exc_info=None: started.append((status, headers)))
    try:
        content = b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    [(status, headers)] = started
    return status, headers, content
