"""The banner, compared as a whole."""

import io
import os
import sys
from contextlib import suppress

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
MEMORY = 31.2345


@pytest.fixture(autouse=True)
def fixed_facts(monkeypatch):
    monkeypatch.setattr(wsgi, "timestamp", lambda: "2024-01-01T12:00:00.000000+00:00")
    monkeypatch.setattr("platform.python_version", lambda: "3.12.0")
    monkeypatch.setattr("os.getpid", lambda: 12345)


def test_banner_is_the_one_of_the_contract():
    assert wsgi.banner(3000, MEMORY) == BANNER


def test_banner_shows_the_port_that_the_system_chose():
    assert wsgi.banner(41234, MEMORY) == BANNER.replace("3000", "41234")


def test_banner_lists_every_route(monkeypatch):
    app = create_app()
    app.add_url_rule("/books", view_func=lambda: "", methods=["POST", "DELETE"])
    app.view_functions["<lambda>"].__doc__ = "All books"
    monkeypatch.setattr(wsgi, "application", app)

    assert "   DELETE, POST http://localhost:3000/books  → All books\n" in wsgi.banner(3000, MEMORY)


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", BANNER), ("ascii", BANNER.encode("ascii", "replace").decode("ascii"))],
)
def test_terminal_gets_a_replacement_for_each_symbol_that_it_cannot_show(monkeypatch, encoding, expected):
    terminal = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    monkeypatch.setattr(sys, "stdout", terminal)

    wsgi.show_banner(3000, MEMORY)

    assert terminal.buffer.getvalue().decode(encoding) == expected + "\n"


def test_closed_standard_output_is_ignored(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)

    wsgi.show_banner(3000, MEMORY)

    assert sys.stdout is sys.stderr


def test_pipe_that_nothing_reads_is_ignored(monkeypatch):
    reader, writer = os.pipe()
    os.close(reader)
    with suppress(BrokenPipeError), os.fdopen(writer, "w", encoding="utf-8") as pipe:  # closing it writes once more
        monkeypatch.setattr(sys, "stdout", pipe)

        wsgi.show_banner(3000, MEMORY)

        assert sys.stdout is sys.stderr
