"""Debug mode: the reloader notices an edit, and the debugger handles a crash."""

import os
import signal
import sys

import pytest

import devserver
from tests.support.client import Server
from tests.support.processes import attempts

pytestmark = pytest.mark.integration


@pytest.mark.launch("copy/wsgi.py", files={}, FLASK_DEBUG="true")
def test_edit_is_served_and_the_debugger_shows_a_crash(process):
    process.wait_for(r"Flask debug mode: True\n(?s:.*)={60}\n")
    server = Server.at(process.url())
    assert server.send("GET", "/hello").body == b'{"message": "Hello world"}\n'
    process.wait_for(r"(?m)^\S+ \S+ INFO GET /hello 200 27 bytes \d+\.\d ms$")

    source = process.cwd / "copy" / "app.py"
    code = source.read_text(encoding="utf-8")
    source.write_text(code.replace('"Hello world"', "1 / 0"), encoding="utf-8")
    process.wait_for(r"Restarting with (?s:.*)Restarting with (?s:.*)={60}\n(?s:.*)={60}\n")
    response = server.send("GET", "/hello")

    assert response.status == 500
    assert b"ZeroDivisionError: division by zero" in response.body
    stop(process, server, signal.SIGTERM)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no POSIX signals")
@pytest.mark.launch("wsgi.py", FLASK_DEBUG="true")
def test_stop_of_the_reloader_stops_its_child(process):
    server = Server.at(process.url())
    assert server.send("GET", "/hello").status == 200

    stop(process, server, signal.SIGINT)


def stop(process, server, signum):
    """Send a signal only to the reloader, as a service manager or an editor does. Its child must also end."""
    process.signal(signum)

    assert process.wait() == 0
    for _ in attempts():
        try:
            server.connect().close()
        except ConnectionError:
            return
    pytest.fail("The child still accepts connections")


@pytest.mark.parametrize("reloaded", [False, True], ids=["reloader", "its child"])
def test_reloader_and_its_child_use_the_same_port(monkeypatch, reloaded):
    """For ``PORT=0``, the reloader finds a free port. Its child must serve on this port."""
    calls = []
    monkeypatch.setattr(devserver, "run_simple", lambda *args, **options: calls.append((args, options)))
    monkeypatch.setattr(devserver, "is_running_from_reloader", lambda: reloaded)
    monkeypatch.setenv("PORT", "3210" if reloaded else "0")
    ready = []

    devserver.serve_in_debug_mode("app", "localhost", int(os.environ["PORT"]), lambda *args: ready.append(args))

    [((host, port, app), options)] = calls
    assert (host, app) == ("localhost", "app")
    assert (port == 3210) is reloaded
    assert str(port) == os.environ["PORT"] != "0"
    assert options == {
        "use_reloader": True,
        "use_debugger": True,
        "threaded": True,
        "request_handler": devserver.RequestHandler,
    }
    assert [port for port, memory in ready] == ([3210] if reloaded else [])
