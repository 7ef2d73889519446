"""The development server: Werkzeug's server with a log, JSON errors and a stop that loses no request."""

import contextlib
import errno
import itertools
import json
import logging
import os
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import psutil
from flask import Flask
from werkzeug.exceptions import default_exceptions
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler, is_running_from_reloader, run_simple

from app import SECURITY_HEADERS, error_body

SILENCE = 30.0  # seconds after which a connection without a request is closed
PAUSE = 5.0  # seconds that a client may be silent in the middle of a request
ARRIVAL = 0.1  # seconds that a silent connection has to begin its request after a stop began
GRACE = 10.0  # seconds that a stop leaves to the requests in flight
POLL = 0.05  # seconds between two checks whether shutdown() was called

PROCESS = psutil.Process()
# Unlike epoll(), poll() needs no descriptor for itself. Unlike select(), it accepts descriptors above 1023.
Selector: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)

log = logging.getLogger(__name__)

Ready = Callable[[int, float], None]


def serve(app: Flask, host: str, port: int, ready: Ready) -> None:
    """Serve until SIGTERM or SIGINT, then finish every request and log a summary.

    Once the server listens, call ``ready`` with the port and the memory of this process in megabytes.
    """
    started = time.monotonic()
    with listen(host, port) as listener:
        server = Server(host, port, app, RequestHandler, fd=listener.fileno())
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, server.stop)
        ready(server.port, memory())
        server.serve_forever(POLL)
        server.serve_accepted(listener)
    finish_requests()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # at exit, Python resets a handler to SIG_DFL, but keeps SIG_IGN
    server.stopped.close()
    ran, served = time.monotonic() - started, next(RequestHandler.served)
    log.info("Stopped after %.1f s; requests served: %d; peak memory: %.1f MB", ran, served, server.peak_memory)


def serve_in_debug_mode(app: Flask, host: str, port: int, ready: Ready) -> None:
    """Serve with Werkzeug's reloader and debugger. A stop does not wait for the requests in flight."""
    if is_running_from_reloader():
        ready(port, memory())
    else:
        with listen(host, port) as listener:
            port = listener.getsockname()[1]
        os.environ["PORT"] = str(port)  # the reloader runs this program again, and that process serves
    run_simple(host, port, app, use_reloader=True, use_debugger=True, threaded=True, request_handler=RequestHandler)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. If that is impossible, exit with one line and status 1."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        *_, sockaddr = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)[0]
        return socket.create_server(sockaddr, family=family, backlog=socket.SOMAXCONN)
    except (OSError, UnicodeError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            sys.exit(f"Error: port {port} is taken; try another port: PORT=3001 python wsgi.py")
        sys.exit(f"Error: cannot listen on HOST={host!r} and PORT={port}: {error}")


class Server(ThreadedWSGIServer):
    """One thread for each connection, and a stop that every thread notices at once."""

    peak_memory = 0.0
    next_measurement = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.running, self.stopped = socket.socketpair()  # closing `running` makes `stopped` readable

    def service_actions(self) -> None:
        """Measure the memory. serve_forever() calls this after each connection, and every ``POLL`` seconds."""
        if (now := time.monotonic()) >= self.next_measurement:  # a measurement takes a tenth of a request's time
            self.peak_memory = max(self.peak_memory, memory())
            self.next_measurement = now + POLL

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Wait for the first byte, then handle the request. A stop, or ``SILENCE``, ends the wait."""
        with Selector() as selector:
            selector.register(request, selectors.EVENT_READ)
            selector.register(self.stopped, selectors.EVENT_READ)
            selector.select(SILENCE)
            selector.unregister(self.stopped)
            has_begun = selector.select(ARRIVAL)
        if has_begun:
            super().finish_request(request, client_address)

    def stop(self, *_: object) -> None:
        """Handle a signal: end serve_forever(), and the wait of every silent connection."""
        signal.signal(signal.SIGTERM, lambda *_: None)  # with SIG_IGN, Python would report a pending one as an error
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second Ctrl-C ends the process at once
        self.running.close()
        threading.Thread(target=self.shutdown).start()  # it waits until this thread has left serve_forever()

    def serve_accepted(self, listener: socket.socket) -> None:
        """Serve the connections that the kernel has accepted, because closing the listener would reset them."""
        listener.setblocking(False)
        with contextlib.suppress(OSError):  # BlockingIOError, once there are no more
            while True:
                self.process_request(*listener.accept())


def finish_requests() -> None:
    """Wait for the requests in flight, ``GRACE`` seconds at most."""
    deadline = time.monotonic() + GRACE
    for thread in set(threading.enumerate()) - {threading.main_thread()}:
        thread.join(max(0.0, deadline - time.monotonic()))


class RequestHandler(WSGIRequestHandler):
    """Handle one request, and write one line to the log."""

    timeout = PAUSE
    served = itertools.count()  # next() counts in one step, so threads cannot interleave
    status: int | str | None = None
    length = "-"

    def setup(self) -> None:
        super().setup()
        self.started = time.perf_counter()

    def parse_request(self) -> bool:
        """Read the head of a request. If it is invalid, send an error and return false."""
        self.started = time.perf_counter()  # again, because in debug mode setup() precedes the first byte
        if self.raw_requestline in (b"\r\n", b"\n"):
            self.close_connection = False  # RFC 9112 §2.2: ignore an empty line, and read the next one
            return False
        if not super().parse_request():
            return False
        del self.headers["Expect"]  # Werkzeug would send a second 100 Continue, even in HTTP/1.0 (RFC 9110 §15.2)
        if self.request_version == "HTTP/0.9":
            self.send_error(505)
            return False
        try:
            urlsplit(self.path)
        except ValueError:  # http://[::1/
            self.send_error(400)
            return False
        return True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send an error in JSON to a client whose bytes are not a request. Quote none of these bytes."""
        error = default_exceptions[code]()
        content = json.dumps(error_body(error, str(error.description))).encode() + b"\n"
        self.command = self.requestline.partition(" ")[0]  # not set yet if the request line is invalid
        self.request_version = self.protocol_version  # a response to HTTP/0.9 would have no status line
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
        return "Werkzeug"  # without its version

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        self.status = code  # end_headers() writes the line: only then is the length known

    def send_header(self, keyword: str, value: str) -> None:
        super().send_header(keyword, value)
        if keyword == "Content-Length":
            self.length = "0" if self.command == "HEAD" else value

    def end_headers(self) -> None:
        super().end_headers()
        if self.status is not None:  # it is None after an interim 100 Continue
            next(self.served)
            request = " ".join(self.requestline.split()[:2]).encode("unicode_escape").decode() or "-"
            milliseconds = 1000 * (time.perf_counter() - self.started)
            log.info("%s %s %s bytes %.1f ms", request, self.status, self.length, milliseconds)


def memory() -> float:
    """The resident set of this process, in megabytes of 1,000,000 bytes."""
    return PROCESS.memory_info().rss / 1e6
