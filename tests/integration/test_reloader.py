"""Debug mode: the reloader sees an edit, and the debugger answers a crash."""

import signal

import pytest

from tests.servers import Server

pytestmark = pytest.mark.integration


def test_edit_is_served_and_a_crash_answered_by_the_debugger(run, copy):
    process = run("wsgi.py", cwd=copy, FLASK_DEBUG="true")
    process.wait_for(r"Flask debug mode: True\n(?s:.*)={60}\n")
    server = Server.at(process.url())
    assert server.send("GET", "/hello").body == b'{"message": "Hello world"}\n'

    source = copy.joinpath("app.py").read_text(encoding="utf-8")
    copy.joinpath("app.py").write_text(source.replace('"Hello world"', "1 / 0"), encoding="utf-8")
    process.wait_for(r"Restarting with (?s:.*)Restarting with (?s:.*)={60}\n(?s:.*)={60}\n")
    answer = server.send("GET", "/hello")

    assert answer.status == 500
    assert b"ZeroDivisionError: division by zero" in answer.body
    process.signal(signal.SIGTERM)
    assert process.wait() == 0
