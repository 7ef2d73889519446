"""The output of ``python wsgi.py``: the banner once it listens, then one line for each request."""

import re
import socket
import struct

import psutil
import pytest

pytestmark = [pytest.mark.integration, pytest.mark.launch("wsgi.py", covered=True)]

ASCTIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}"


def logged(process, request):
    """The lines of the log for this request. Waits for the first, because a client has its response earlier."""
    pattern = rf"(?m)^{ASCTIME} INFO {re.escape(request)} .*$"
    process.wait_for(pattern)
    return re.findall(pattern, process.output())


def test_output_begins_with_the_banner(process):
    process.wait_for(r"\A🚀 WSGI Application Successfully Initialized!\n={60}\n(?s:.*)\n={60}\n")


def test_banner_shows_the_memory_of_the_process(process):
    shown = float(process.wait_for(r"Memory: (\d+\.\d) MB\n")[1])

    assert shown == pytest.approx(psutil.Process(process.popen.pid).memory_info().rss / 1e6, rel=0.3)


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
    assert 0 < float(parts[1]) < 10_000  # in seconds, it would be 0.0


def test_interim_response_is_sent_once_and_not_logged(process, server):
    """A client that sends ``Expect: 100-continue`` gets a 100 first, and then the response."""
    response = server.send_bytes(b"GET /hello?expect HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", hang_up=True)

    assert re.findall(rb"HTTP/1.1 \d+", response) == [b"HTTP/1.1 100", b"HTTP/1.1 200"]
    [line] = logged(process, "GET /hello?expect")
    assert re.search(r" 200 27 bytes \d+\.\d ms$", line)


def test_empty_line_before_a_request_is_ignored(process, server):
    """RFC 9112 §2.2."""
    response = server.send_bytes(b"\r\nGET /hello?after-an-empty-line HTTP/1.1\r\nHost: a\r\n\r\n")

    assert response.startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(logged(process, "GET /hello?after-an-empty-line")) == 1


def test_silent_connection_logs_nothing(process, server):
    lines = process.output().count("\n")
    server.connect().close()
    server.send("GET", "/hello?silence")
    logged(process, "GET /hello?silence")

    assert process.output().count("\n") == lines + 1


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="without a request"),
        pytest.param(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n", id="after a request"),
        pytest.param(b"GET http://[::1/ HTTP/1.1\r\nHost: a\r\n\r\n", id="after an invalid request"),
    ],
)
def test_client_that_disconnects_leaves_no_traceback(process, server, data):
    """The clients don't linger, so each connection ends with a reset, before the server has sent its response."""
    for _ in range(20):
        with server.connect() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall(data)
    server.send("GET", "/hello?after-resets")

    assert logged(process, "GET /hello?after-resets")
    assert "Traceback" not in process.output()


@pytest.mark.parametrize("version", ["HTTP/9.9", "HTTP/2.0", "HTTP/0.9"])
def test_unsupported_version_is_logged_as_a_505(process, server, version):
    """RFC 9110 §15.6.6."""
    server.send_bytes(f"GET /hello?{version} {version}\r\n\r\n".encode(), hang_up=True)

    [line] = logged(process, f"GET /hello?{version}")
    assert re.search(r" 505 \d+ bytes \d+\.\d ms$", line)


def test_bytes_that_are_not_http_are_logged_without_control_characters(process, server):
    server.send_bytes(b"\x16\x03\x01\x1b[31m\xff\r\n\r\n", hang_up=True)

    [line] = logged(process, r"\x16\x03\x01\x1b[31m\xff")
    assert re.search(r" 400 \d+ bytes \d+\.\d ms$", line)


def test_request_line_that_is_too_long_is_logged_as_a_414(process, server):
    server.send_bytes(b"GET /" + b"a" * 65_600 + b" HTTP/1.1\r\n\r\n", hang_up=True)

    milliseconds = process.wait_for(r"INFO - 414 \d+ bytes (\d+\.\d) ms\n")[1]
    assert float(milliseconds) < 10_000


@pytest.mark.parametrize("target", ["http://[::1/", "/a b"], ids=["broken URI", "a word too many"])
def test_invalid_head_request_gets_a_response_without_a_body(process, server, target):
    request = f"HEAD {target} HTTP/1.1\r\n\r\n".encode()
    head, separator, body = server.send_bytes(request, hang_up=True).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert (separator, body) == (b"\r\n\r\n", b"")
    [line] = logged(process, f"HEAD {target.split()[0]}")
    assert re.search(r" 400 0 bytes \d+\.\d ms$", line)


@pytest.mark.servers("gunicorn")
def test_gunicorn_logs_each_request_in_the_same_format(process, server):
    server.send("GET", "/hello?gunicorn=%0a")

    process.wait_for(r"(?m)^GET /hello\?gunicorn=%0a 200 27 bytes \d+ ms$")
