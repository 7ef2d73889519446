"""The development server: Werkzeug's, with a log of its own, JSON for what is not HTTP, and a graceful stop."""

import itertools
import json
import logging
import signal
import socket
import threading
import time

import psutil
from werkzeug.exceptions import default_exceptions
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from app import SECURITY_HEADERS, timestamp

GRACE = 10.0  # seconds that a stop leaves to the requests in flight
POLL = 0.05  # seconds between two looks at whether a stop was asked for

log = logging.getLogger(__name__)


class RequestHandler(WSGIRequestHandler):
    """Answers one request and writes one line on the log."""

    timeout = 5  # seconds that a client may fall silent in the middle of a request
    default_request_version = "HTTP/1.1"  # of a malformed request: in HTTP/0.9 an answer has no status line
    stopping = False
    served = itertools.count()
    status: int | str | None = None
    length = "-"

    def handle(self) -> None:
        while not self.has_begun():
            if self.stopping:
                return  # a connection on which nothing was asked does not hold up the stop
        self.started = time.perf_counter()
        try:
            super().handle()
        except ValueError:  # a target that urllib cannot split, such as http://[::1/
            self.send_error(400)

    def has_begun(self) -> bool:
        """Wait ``POLL`` seconds for the first byte of the request, and leave it there."""
        self.connection.settimeout(POLL)
        try:
            self.connection.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return False
        except ConnectionError:
            pass  # a client that is gone already is Werkzeug's to notice
        self.connection.settimeout(self.timeout)
        return True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what never became a request in the application's manner, quoting nothing of it."""
        if code >= 500:
            code = 400  # a version or a method that is unknown is no fault of the server's
        error = default_exceptions[code]()
        body = {"status": code, "error": error.name, "message": error.description, "timestamp": timestamp()}
        content = f"{json.dumps(body)}\n".encode()
        self.send_response(code, error.name)
        for name, value in SECURITY_HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def version_string(self) -> str:
        return "Werkzeug"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        self.status = code  # the line waits for the length, until end_headers()

    def send_header(self, keyword: str, value: str) -> None:
        super().send_header(keyword, value)
        if keyword == "Content-Length":
            self.length = "0" if self.command == "HEAD" else value

    def end_headers(self) -> None:
        super().end_headers()
        if self.status is not None:  # as it is after an interim 100 Continue
            next(self.served)
            request = " ".join(self.requestline.split()[:2]).encode("unicode_escape").decode() or "-"
            milliseconds = 1000 * (time.perf_counter() - self.started)
            log.info("%s %s %s bytes %.1f ms", request, self.status, self.length, milliseconds)


class Server(ThreadedWSGIServer):
    """One thread a request; a signal ends it without losing one."""

    timeout = 0  # seconds that handle_request() waits for a connection
    peak_memory = 0.0

    def handle_signal(self, *_: object) -> None:
        RequestHandler.stopping = True
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second Ctrl-C ends the process at once

    def service_actions(self) -> None:
        """Called by the loop after each connection and every ``POLL`` seconds."""
        self.peak_memory = max(self.peak_memory, memory())
        if RequestHandler.stopping:
            for _ in range(self.request_queue_size):
                self.handle_request()  # what the kernel has accepted already
            raise KeyboardInterrupt  # leaves serve_forever()


def finish_requests() -> None:
    """Wait for the requests in flight, ``GRACE`` seconds at most."""
    deadline = time.monotonic() + GRACE
    for thread in set(threading.enumerate()) - {threading.main_thread()}:
        thread.join(max(0.0, deadline - time.monotonic()))


def memory() -> float:
    """The resident set of this process, in megabytes of 1,000,000 bytes."""
    return psutil.Process().memory_info().rss / 1e6
