"""Debug mode: the reloader sees an edit, and the debugger answers a crash."""

import os
import signal

import pytest

import wsgi
from tests.support.client import Server

pytestmark = pytest.mark.integration


@pytest.mark.launch("copy/wsgi.py", files={}, FLASK_DEBUG="true")
def test_edit_is_served_and_a_crash_answered_by_the_debugger(process):
    process.wait_for(r"Flask debug mode: True\n(?s:.*)={60}\n")
    server = Server.at(process.url())
    assert server.send("GET", "/hello").body == b'{"message": "Hello world"}\n'

    source = process.cwd / "copy" / "app.py"
    code = source.read_text(encoding="utf-8")
    source.write_text(code.replace('"Hello world"', "1 / 0"), encoding="utf-8")
    process.wait_for(r"Restarting with (?s:.*)Restarting with (?s:.*)={60}\n(?s:.*)={60}\n")
    answer = server.send("GET", "/hello")

    assert answer.status == 500
    assert b"ZeroDivisionError: division by zero" in answer.body
    process.signal(signal.SIGTERM)
    assert process.wait() == 0


@pytest.mark.parametrize("reloaded", [False, True], ids=["the reloader", "the server that it starts"])
def test_both_processes_serve_at_the_same_port(monkeypatch, capsys, reloaded):
    """The first finds a free port for ``PORT=0``, and the second has to take that one. Neither would come back."""
    served = {}
    monkeypatch.setattr(wsgi, "run_simple", lambda *args, **options: served.update(options, args=args))
    monkeypatch.setattr(wsgi, "is_running_from_reloader", lambda: reloaded)
    monkeypatch.setattr(wsgi.application, "debug", True)
    monkeypatch.setattr(wsgi, "address", wsgi.Address("localhost", 3210 if reloaded else 0))
    monkeypatch.setenv("PORT", "3210" if reloaded else "0")

    wsgi.main()

    host, port, application = served.pop("args")
    assert (host, application) == ("localhost", wsgi.application)
    assert (port == 3210) is reloaded
    assert str(port) == os.environ["PORT"] != "0"
    assert served == {
        "use_reloader": True,
        "use_debugger": True,
        "threaded": True,
        "request_handler": wsgi.RequestHandler,
    }
    assert ("http://localhost:3210\n" in capsys.readouterr().out) is reloaded
