"""The entry point: ``python wsgi.py`` for development, ``gunicorn wsgi:application`` for production."""

import logging
import os
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Self

from dotenv import load_dotenv
from flask import Flask

from app import ConfigurationError, create_app, refusal, timestamp

RULER = "=" * 60


@dataclass(frozen=True)
class Address:
    """The host and the port to listen on."""

    host: str
    port: int

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], *, debug: bool) -> Self:
        """Read and check the variables. Raises :class:`app.ConfigurationError` for the first wrong one."""
        host = environ.get("HOST", "localhost")
        if not host:  # with an empty host, a server would listen on every address
            raise refusal("HOST", host, "it must be a host name or address of this machine")
        if debug and not is_loopback(host):
            raise refusal("HOST", host, "with FLASK_DEBUG on, it must be localhost or another loopback address")
        port = environ.get("PORT", "3000")
        if not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
            raise refusal("PORT", port, "it must be a whole number from 0 to 65535")
        return cls(host, int(port))

    def __str__(self) -> str:
        """The authority of a URL, with an IPv6 address in brackets (RFC 3986 §3.2.2)."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a host name other than localhost
        return False


def configure() -> tuple[Flask, Address]:
    """Create the application and its address. If a setting is refused, exit with one line and status 2."""
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
    """Run the development server. gunicorn does not call this function, so it loads neither devserver nor psutil."""
    from devserver import serve, serve_in_debug_mode

    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    run = serve_in_debug_mode if application.debug else serve
    run(application, address.host, address.port, show_banner)


def show_banner(port: int, memory: float) -> None:
    """Print the banner, with ``?`` for each symbol that the terminal cannot show.

    The banner is decoration: if it cannot be printed, the server runs without it.
    """
    try:
        encoding = sys.stdout.encoding
        print(banner(port, memory).encode(encoding, "replace").decode(encoding), flush=True)
    except (AttributeError, OSError):  # closed, full, or a pipe that nothing reads
        sys.stdout = sys.stderr  # at exit, Python would flush the broken one, and exit with 120


def banner(port: int, memory: float) -> str:
    url = f"http://{replace(address, port=port)}"
    endpoints = [
        (
            ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})),
            url + rule.rule,
            application.view_functions[rule.endpoint].__doc__,
        )
        for rule in application.url_map.iter_rules()
    ]
    width = max(len(location) for _, location, _ in endpoints)
    lines = "\n".join(f"   {methods:<4} {location:<{width}} → {doc}" for methods, location, doc in endpoints)
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
   Memory: {memory:.1f} MB

🎯 Available Endpoints:
{lines}
{RULER}"""


if __name__ == "__main__":
    main()
