"""The entry point: ``python wsgi.py`` for development, ``gunicorn wsgi:application`` for production."""

import os
import signal

if __name__ == "__main__":
    # The imports take most of the start: a stop before main() takes over is silent, without a traceback. It raises no
    # exception either, since Python ignores one that is raised in a callback of its own, and would go on to start.
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: os._exit(0))

import errno
import logging
import platform
import re
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from dotenv import load_dotenv
from flask import Flask
from werkzeug.serving import is_running_from_reloader, run_simple

from app import ConfigurationError, create_app, refusal, timestamp
from devserver import POLL, RequestHandler, Server, finish_requests, memory

LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
RULER = "=" * 60

log = logging.getLogger("wsgi")


@dataclass(frozen=True)
class Address:
    """Where to listen."""

    host: str
    port: int

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], *, debug: bool) -> Self:
        """Read and check the variables; raises :class:`app.ConfigurationError` for the first that is refused."""
        host = environ.get("HOST", "localhost")
        if debug and not LOOPBACK.fullmatch(host):
            raise refusal("HOST", host, "only localhost or another loopback address where FLASK_DEBUG is true")
        port = environ.get("PORT", "3000")
        if not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
            raise refusal("PORT", port, "a whole number from 0 to 65535")
        return cls(host, int(port))

    def __str__(self) -> str:
        """As the authority of a URL, where an IPv6 address stands in brackets (RFC 3986 §3.2.2)."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def configure() -> tuple[Flask, Address]:
    """The application and its address; a refusal is one line on standard error and exit status 2."""
    try:
        read_dotenv()
        app = create_app()
        return app, Address.from_environ(os.environ, debug=app.debug)
    except ConfigurationError as error:
        error.show()
        sys.exit(error.exit_code)


def read_dotenv() -> None:
    try:
        load_dotenv(Path(__file__).with_name(".env"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f".env cannot be read: {error}") from error


application, address = configure()


def main() -> None:
    """Serve until SIGTERM or SIGINT, and say on the log how it was."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    if application.debug:
        return serve_in_debug_mode()

    started = time.monotonic()
    with listen() as listener:
        server = Server(address.host, address.port, application, RequestHandler, fd=listener.fileno())
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, server.handle_signal)
    show_banner(server.port)
    server.serve_forever(POLL)
    finish_requests()
    ran, served = time.monotonic() - started, next(RequestHandler.served)
    log.info("Stopped after %.1f s; requests served: %d; peak memory: %.1f MB", ran, served, server.peak_memory)


def serve_in_debug_mode() -> None:
    """Serve with Werkzeug's reloader and debugger; a stop is the reloader's, and waits for no request."""
    if is_running_from_reloader():
        show_banner(address.port)
    else:
        with listen() as listener:
            os.environ["PORT"] = str(listener.getsockname()[1])  # of the reloader's child, too
    run_simple(
        address.host,
        int(os.environ["PORT"]),
        application,
        use_reloader=True,
        use_debugger=True,
        threaded=True,
        request_handler=RequestHandler,
    )


def listen() -> socket.socket:
    """A socket that listens on HOST and PORT; where there can be none, one line says so, exit status 1."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        *_, sockaddr = socket.getaddrinfo(address.host, address.port, family, socket.SOCK_STREAM)[0]
        return socket.create_server(sockaddr, family=family, backlog=socket.SOMAXCONN)
    except (OSError, UnicodeError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            sys.exit(f"Error: port {address.port} is taken; use another one: PORT=3001 python wsgi.py")
        sys.exit(f"Error: cannot listen on HOST={address.host!r} and PORT={address.port}: {error}")


def show_banner(port: int) -> None:
    """Print the banner, with ``?`` for each sign that the terminal cannot show."""
    encoding = sys.stdout.encoding
    print(banner(port).encode(encoding, "replace").decode(encoding), flush=True)


def banner(port: int) -> str:
    url = f"http://{replace(address, port=port)}"
    rows = [
        (
            ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})),
            url + rule.rule,
            application.view_functions[rule.endpoint].__doc__,
        )
        for rule in application.url_map.iter_rules()
    ]
    width = max(len(location) for _, location, _ in rows)
    endpoints = "\n".join(f"   {methods:<4} {location:<{width}} → {doc}" for methods, location, doc in rows)
    return f"""\
🚀 WSGI Application Successfully Initialized!
{RULER}
⏰ Startup time: {timestamp()}
🌐 Application available at: {url}
📡 Host: {address.host}
🔌 Port: {port}

📋 Runtime Information:
   Python version: {platform.python_version()}
   Flask environment: {application.config["ENV"]}
   Flask debug mode: {application.debug}
   Process ID: {os.getpid()}
   Memory: {memory():.1f} MB

🎯 Available Endpoints:
{endpoints}
{RULER}"""


if __name__ == "__main__":
    main()
