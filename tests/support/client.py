"""An HTTP client for the tests. It keeps what was sent and received for the report of a failure."""

import http.client
import select
import shlex
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
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


@dataclass(frozen=True)
class Request:
    """A request, as :meth:`Server.send_in_turn` sends it. Its path is the part of the URL after the server's."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None

    def curl(self, url: str) -> str:
        """The command that sends this request to the server at ``url``."""
        options = {"GET": "", "HEAD": " --head"}.get(self.method, f" -X {self.method}")
        for name, value in self.headers.items():
            options += f" -H {shlex.quote(f'{name}: {value}' if value else f'{name};')}"
        if self.body is not None:
            options += f" --data-raw {shlex.quote(self.body)}"
        if "/.." in self.path:
            options += " --path-as-is"
        return f"curl -i{options} {shlex.quote(url + self.path)}"


@dataclass
class Exchange:
    """The text of a request and of its response, and how a person can repeat it."""

    repeat: str
    sent: str
    received: str = "nothing"

    def __str__(self) -> str:
        return f"Sent:\n{self.sent}\nReceived:\n{self.received}"


@dataclass(frozen=True, repr=False)
class Server:
    """A server that listens at a URL. ``exchanges`` has its requests and responses."""

    url: SplitResult
    exchanges: list[Exchange] = field(default_factory=list)

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
        [response] = self.send_in_turn([Request(method, path, headers or {}, body)], timeout)
        return response

    def send_in_turn(self, requests: Iterable[Request], timeout: float = TIMEOUT) -> list[Response]:
        """Send requests on one connection, each after the response to the one before, and return the responses.

        If the server says that it closes the connection, the next request is sent on another one.
        """
        connect = http.client.HTTPSConnection if self.secure else http.client.HTTPConnection
        with closing(connect(self.url.netloc, timeout=timeout)) as connection:
            return [self._send_on(connection, request) for request in requests]

    def _send_on(self, connection: http.client.HTTPConnection, request: Request) -> Response:
        target = self.url.path + request.path
        sent = [f"{request.method} {target}", *(f"{name}: {value}" for name, value in request.headers.items())]
        exchange = self.record(request.curl(self.url.geturl()), "\n".join(sent))
        connection.request(request.method, target, request.body, request.headers)
        received = connection.getresponse()
        response = Response(received.status, Headers(received.getheaders()), received.read())
        exchange.received = str(response)
        return response

    def connect(self, data: bytes = b"") -> socket.socket:
        """Open a connection, and send these bytes on it."""
        assert self.url.hostname is not None
        if data:
            self.record(readable(data), readable(data))
        connection = socket.create_connection((self.url.hostname, self.port), TIMEOUT)
        if self.secure:
            connection = ssl.create_default_context().wrap_socket(connection, server_hostname=self.url.hostname)
        connection.sendall(data)
        return connection

    def request(self, method: str = "GET", path: str = "/hello") -> bytes:
        """The bytes of a request that tells the server to close the connection after its response."""
        return (
            f"{method} {self.url.path}{path} HTTP/1.1\r\nHost: {self.url.netloc}\r\nConnection: close\r\n\r\n".encode()
        )

    def send_bytes(self, *pieces: bytes, pause: float = 0, hang_up: bool = False) -> bytes:
        """Send bytes on a new connection, and return all that the server sends until it closes the connection.

        After each piece, wait ``pause`` seconds at most for a response. ``hang_up`` tells the server that the client
        sends no more. The server may close the connection at any time.
        """
        data = b"".join(pieces)
        exchange = self.record(readable(data), readable(data))
        with self.connect() as connection:
            with suppress(OSError):  # the server has closed it. ENOTCONN is no ConnectionError
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for piece in pieces:
                    connection.sendall(piece)
                    select.select([connection], [], [], pause)
                if hang_up:
                    connection.shutdown(socket.SHUT_WR)
            received = receive(connection)
        exchange.received = readable(received)
        return received

    def record(self, repeat: str, sent: str) -> Exchange:
        """Keep a request for the report of a failure. Its response follows, if there is one."""
        self.exchanges.append(Exchange(repeat, sent))
        return self.exchanges[-1]


def receive(connection: socket.socket) -> bytes:
    """Read until the other side closes the connection. A reset is another way to close it."""
    received = b""
    with suppress(ConnectionError):
        while data := connection.recv(65536):
            received += data
    return received


def readable(data: bytes) -> str:
    """Bytes as lines of text. Only CRLF ends a line; what cannot be printed is escaped."""
    return "\n".join(repr(line)[2:-1] for line in data.split(b"\r\n"))


def call(
    application: Callable[..., Iterable[bytes]], method: str = "GET", path: str = "/hello", **environ: Any
) -> tuple[str, list[tuple[str, str]], bytes]:
    """Call a WSGI application as a server would (PEP 3333), and return status, headers and body."""
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
