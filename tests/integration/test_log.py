"""What ``python wsgi.py`` says: the banner once it listens, then a line for each request."""

import re
import select
import socket
import struct

import pytest

from tests.support.client import Server
from tests.support.processes import needs_gunicorn

pytestmark = [pytest.mark.integration, pytest.mark.launch("wsgi.py", covered=True)]

ASCTIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}"


@pytest.fixture
def server(process):
    return Server.at(process.url())


def logged(process, request):
    """The lines of the log that begin with this request; the first is awaited: the client has its answer earlier."""
    pattern = rf"(?m)^{ASCTIME} INFO {re.escape(request)} .*$"
    process.wait_for(pattern)
    return re.findall(pattern, process.output())


def test_output_begins_with_the_banner(process):
    process.wait_for(r"\A🚀 WSGI Application Successfully Initialized!\n={60}\n(?s:.*)\n={60}\n")


@pytest.mark.parametrize(
    ("method", "path", "status", "length"),
    [
        ("GET", "/hello?logged=1", 200, 27),
        ("HEAD", "/hello?logged=2", 200, 0),
        ("OPTIONS", "/hello?logged=3", 200, 0),
        ("POST", "/hello?logged=4", 405, 195),
    ],
)
def test_each_request_logs_method_path_status_bytes_and_milliseconds(process, server, method, path, status, length):
    server.send(method, path)

    [line] = logged(process, f"{method} {path}")
    parts = re.fullmatch(rf"{ASCTIME} INFO {method} {re.escape(path)} {status} {length} bytes (\d+\.\d) ms", line)
    assert parts
    assert float(parts[1]) > 0  # as it would be in seconds


def test_interim_answer_is_not_logged(process, server):
    """``Expect: 100-continue`` is answered with a 100 first, and then with the response."""
    answer = server.send_bytes(b"GET /hello?expect HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", hang_up=True)

    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
    [line] = logged(process, "GET /hello?expect")
    assert re.search(r" 200 27 bytes \d+\.\d ms$", line)


def test_connection_that_says_nothing_logs_nothing(process, server):
    lines = process.output().count("\n")
    with server.connect() as connection:
        closed, _, _ = select.select([connection], [], [], 0.07)  # more than one look of the server's
    server.send("GET", "/hello?silence")
    logged(process, "GET /hello?silence")

    assert not closed
    assert process.output().count("\n") == lines + 1


def test_client_that_hangs_up_leaves_no_traceback(process, server):
    with server.connect() as connection:  # with no time to linger, its end is a reset
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    server.send("GET", "/hello?reset")

    assert logged(process, "GET /hello?reset")
    assert "Traceback" not in process.output()


def test_unknown_version_is_logged_as_a_400(process, server):
    """The client's fault, and no 505 of ours."""
    server.send_bytes(b"GET /hello?version HTTP/9.9\r\n\r\n", hang_up=True)

    [line] = logged(process, "GET /hello?version")
    assert re.search(r" 400 \d+ bytes \d+\.\d ms$", line)


def test_what_is_not_http_is_logged_without_its_control_characters(process, server):
    server.send_bytes(b"\x16\x03\x01\x1b[31m\xff\r\n\r\n", hang_up=True)

    [line] = logged(process, r"\x16\x03\x01\x1b[31m\xff")
    assert re.search(r" 400 \d+ bytes \d+\.\d ms$", line)


def test_head_that_is_not_understood_is_answered_without_a_body(process, server):
    head, separator, body = server.send_bytes(b"HEAD http://[::1/ HTTP/1.1\r\n\r\n").partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert (separator, body) == (b"\r\n\r\n", b"")
    [line] = logged(process, "HEAD http://[::1/")
    assert re.search(r" 400 0 bytes \d+\.\d ms$", line)


def test_target_that_cannot_be_split_leaves_no_traceback(process, server):
    answer = server.send_bytes(b"GET http://[::1/hello HTTP/1.1\r\nHost: a\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert logged(process, "GET http://[::1/hello")
    assert "Traceback" not in process.output()


@needs_gunicorn
def test_gunicorn_logs_each_request_in_the_same_words(start):
    process = start("gunicorn")
    Server.at(process.url()).send("GET", "/hello?gunicorn=%0a")

    process.wait_for(r"(?m)^GET /hello\?gunicorn=%0a 200 27 bytes \d+ ms$")
