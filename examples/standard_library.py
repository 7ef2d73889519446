"""The same contract with only Python's standard library: ``python examples/standard_library.py 3000``."""

import json
import re
import sys
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

METHODS = "GET, HEAD, OPTIONS"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-XSS-Protection": "1; mode=block",
    "Cache-Control": "no-cache, no-store, must-revalidate",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Access-Control-Allow-Origin": "*",
}


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def hello() -> dict[str, str]:
    return {"message": "Hello world"}


def health() -> dict[str, str]:
    return {"status": "healthy", "timestamp": now(), "service": "flask-hello-world-tutorial", "version": "1.0.0"}


ROUTES = {"/hello": hello, "/health": health}


class Handler(BaseHTTPRequestHandler):
    server_version = "standard-library"
    sys_version = ""
    default_request_version = "HTTP/1.0"  # a malformed request gets a status line, too
    timeout = 5  # seconds

    def __getattr__(self, name: str) -> object:
        if name.startswith("do_"):
            return self.respond
        raise AttributeError(name)

    def handle(self) -> None:
        with suppress(ConnectionError):  # a client that goes away is no news
            super().handle()

    def respond(self) -> None:
        path = unquote(self.path.partition("?")[0])
        path = re.sub(r"^https?://[^/]*", "", path)
        if path not in ROUTES:
            self.refuse(HTTPStatus.NOT_FOUND, "The requested resource was not found", path)
        elif self.command == "OPTIONS":
            preflight = self.headers.get("Access-Control-Request-Method") in METHODS.split(", ")
            allow = {"Allow": METHODS} | ({"Access-Control-Allow-Methods": METHODS} if preflight else {})
            self.reply(HTTPStatus.OK, b"", allow)
        elif self.command in {"GET", "HEAD"}:
            self.reply(HTTPStatus.OK, ROUTES[path]())
        else:
            message = f"The {self.command} method is not allowed for this endpoint"
            self.refuse(HTTPStatus.METHOD_NOT_ALLOWED, message, path, {"Allow": METHODS})

    def refuse(self, status: HTTPStatus, message: str, path: str, headers: dict[str, str] | None = None) -> None:
        error = {"status": status, "error": status.phrase, "message": message, "path": path, "method": self.command}
        self.reply(status, error | {"timestamp": now()}, headers)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        status = HTTPStatus(code if code < 500 else 400)
        self.reply(status, {"status": status, "error": status.phrase, "message": status.phrase, "timestamp": now()})

    def reply(self, status: HTTPStatus, body: object, headers: dict[str, str] | None = None) -> None:
        content = body if isinstance(body, bytes) else f"{json.dumps(body)}\n".encode()
        self.request_version = self.protocol_version  # a response to HTTP/0.9 would have no status line
        self.send_response(status)
        for name, value in (HEADERS | (headers or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    request_queue_size = 1024


if __name__ == "__main__":
    with Server(("localhost", int(sys.argv[1])), Handler) as server:
        print(f"http://localhost:{server.server_port}", flush=True)
        server.serve_forever()
