"""An HTTP client for the tests. It keeps what was sent and received for the report of a failure."""

import http.client
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit
from wsgiref.util import setup_testing_defaults

from werkzeug.datastructures import Headers

TIMEOUT = 10.0  # seconds after which a server that does not respond has failed


@dataclass(frozen=True, repr=False)
class Response:
    """The parts of a response that a client sees. A header can occur more than once."""

    status: int
    headers: Headers
    body: bytes

    def __repr__(self) -> str:
        return f"<Response {self.status}, {len(self.body)} bytes>"

    def __str__(self) -> str:
        return "\n".join([str(self.status), *(f"{name}: {value}" for name, value in self.headers), "", repr(self.body)])


@dataclass(frozen=True, repr=False)
class Server:
    """A server that listens at a URL. ``exchanges`` has its requests and responses as text."""

    url: SplitResult
    exchanges: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<Server {self.url.geturl()}>"

    @classmethod
    def at(cls, url: str) -> Self:
        return cls(urlsplit(url.rstrip("/")))

    @property
    def secure(self) -> bool:
        return self.url.scheme == "https"

    @property
    def port(self) -> int:
        return self.url.port or (443 if self.secure else 80)

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
        timeout: float = TIMEOUT,
    ) -> Response:
        """Send a request on a new connection, and return the response."""
        connect = http.client.HTTPSConnection if self.secure else http.client.HTTPConnection
        connection = connect(self.url.netloc, timeout=timeout)
        target = self.url.path + path
        head = "\n".join([f"{method} {target}", *(f"{name}: {value}" for name, value in (headers or {}).items())])
        self.exchanges.append(exchange(head, "nothing"))
        try:
            connection.request(method, target, body, headers or {})
            received = connection.getresponse()
            response = Response(received.status, Headers(received.getheaders()), received.read())
        finally:
            connection.close()
        self.exchanges[-1] = exchange(head, str(response))
        return response

    def connect(self) -> socket.socket:
        """Open a connection, and send nothing."""
        assert self.url.hostname is not None
        connection = socket.create_connection((self.url.hostname, self.port), TIMEOUT)
        if self.secure:
            return ssl.create_default_context().wrap_socket(connection, server_hostname=self.url.hostname)
        return connection

    def request(self, method: str = "GET", path: str = "/hello") -> bytes:
        """The bytes of a request that tells the server to close the connection after its response."""
        return (
            f"{method} {self.url.path}{path} HTTP/1.1\r\nHost: {self.url.netloc}\r\nConnection: close\r\n\r\n".encode()
        )

    def send_bytes(self, data: bytes, *, hang_up: bool = False) -> bytes:
        """Send bytes on a new connection, and return all that the server sends until it closes the connection.

        ``hang_up`` tells the server that the client sends no more.
        """
        self.exchanges.append(exchange(readable(data), "nothing"))
        with self.connect() as connection:
            connection.sendall(data)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
            received = receive(connection)
        self.exchanges[-1] = exchange(readable(data), readable(received))
        return received


def receive(connection: socket.socket) -> bytes:
    """Read until the other side closes the connection."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


def exchange(sent: str, received: str) -> str:
    return f"Sent:\n{sent}\nReceived:\n{received}"


def readable(data: bytes) -> str:
    """Bytes as lines of text. Only CRLF ends a line; what cannot be printed is escaped."""
    return "\n".join(repr(line)[2:-1] for line in data.split(b"\r\n"))


def call(
    application: Callable[..., Iterable[bytes]], method: str = "GET", path: str = "/hello", **environ: Any
) -> tuple[str, list[tuple[str, str]], bytes]:
    """Do with a WSGI application what a server does (PEP 3333), and return status, headers and body."""
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
