"""The banner, whole."""

import io
import sys

import pytest

import wsgi
from app import create_app

pytestmark = pytest.mark.unit

BANNER = """\
🚀 WSGI Application Successfully Initialized!
============================================================
⏰ Startup time: 2024-01-01T12:00:00.000000+00:00
🌐 Application available at: http://localhost:3000
📡 Host: localhost
🔌 Port: 3000

📋 Runtime Information:
   Python version: 3.12.0
   Flask environment: development
   Flask debug mode: False
   Process ID: 12345
   Memory: 31.2 MB

🎯 Available Endpoints:
   GET  http://localhost:3000/hello  → Returns 'Hello world'
   GET  http://localhost:3000/health → Health check endpoint
============================================================"""


@pytest.fixture(autouse=True)
def fixed_facts(monkeypatch):
    monkeypatch.setattr(wsgi, "timestamp", lambda: "2024-01-01T12:00:00.000000+00:00")
    monkeypatch.setattr(wsgi, "memory", lambda: 31.2345)
    monkeypatch.setattr("platform.python_version", lambda: "3.12.0")
    monkeypatch.setattr("os.getpid", lambda: 12345)


def test_banner_is_as_the_contract_has_it():
    assert wsgi.banner(3000) == BANNER


def test_banner_shows_the_port_that_port_0_became():
    assert wsgi.banner(41234) == BANNER.replace("3000", "41234")


def test_banner_lists_the_routes_that_there_are(monkeypatch):
    app = create_app()
    app.add_url_rule("/books", view_func=lambda: "", methods=["POST"])
    app.view_functions["<lambda>"].__doc__ = "All books"
    monkeypatch.setattr(wsgi, "application", app)

    assert "   POST http://localhost:3000/books  → All books\n" in wsgi.banner(3000)


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", BANNER),
        ("ascii", BANNER.encode("ascii", "replace").decode("ascii")),
    ],
)
def test_terminal_gets_replacements_for_what_it_cannot_show(monkeypatch, encoding, shown):
    terminal = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    monkeypatch.setattr(sys, "stdout", terminal)

    wsgi.show_banner(3000)

    assert terminal.buffer.getvalue().decode(encoding) == shown + "\n"
