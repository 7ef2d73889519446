"""Hostile bytes over a raw socket: the server sends a well-formed response or closes the connection."""

import re
import socket
import threading
from contextlib import ExitStack

import pytest

from tests.contract import HELLO, SECURITY_HEADERS, TIMESTAMP
from tests.support.processes import PRODUCTION

pytestmark = [pytest.mark.security, pytest.mark.servers("wsgi.py", PRODUCTION)]

HOST = b"Host: localhost\r\nConnection: close\r\n"
WELL_FORMED = re.compile(
    rb"(HTTP/1\.[01] 100 [^\r\n]*\r\n\r\n)*"  # interim responses
    rb"HTTP/(0\.9|1\.[01]) ([24]\d\d|501|505) [^\r\n]*\r\n"  # 501: unknown method; 505: unsupported version
    rb"([^\s:]+:[^\r\n]*\r\n)*"
    rb"\r\n.*",
    re.DOTALL,
)
ACCEPTABLE = "a well-formed 2xx, 4xx, 501 or 505, or a closed connection"
WITHOUT_VERSION = {"no version", "HTTP/0.9", "HTTP/0.9 and a word too many", "HEAD in HTTP/0.9"}
HOSTILE = {
    "no HTTP at all": b"hello?\r\n\r\n",
    "a TLS handshake": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
    "empty lines": b"\r\n\r\n\r\n",
    "no version": b"GET /hello\r\n\r\n",
    "a word too many": b"GET /hello there HTTP/1.1\r\n" + HOST + b"\r\n",
    "HTTP/0.9": b"GET /hello HTTP/0.9\r\n" + HOST + b"\r\n",
    "HTTP/0.9 and a word too many": b"GET /hello there HTTP/0.9\r\n" + HOST + b"\r\n",
    "HEAD in HTTP/0.9": b"HEAD /hello HTTP/0.9\r\n" + HOST + b"\r\n",
    "HTTP/2.0": b"GET /hello HTTP/2.0\r\n" + HOST + b"\r\n",
    "HTTP/9.9": b"GET /hello HTTP/9.9\r\n" + HOST + b"\r\n",
    "HTTP of letters": b"GET /hello HTTP/x.y\r\n" + HOST + b"\r\n",
    "a huge request line": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a huge header": b"GET /hello HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 70_000 + b"\r\n\r\n",
    "two hundred headers": b"GET /hello HTTP/1.1\r\n" + HOST + b"X: y\r\n" * 200 + b"\r\n",
    "both lengths": b"POST /hello HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"POST /hello HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a negative length": b"POST /hello HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
    "a length of letters": b"POST /hello HTTP/1.1\r\n" + HOST + b"Content-Length: abc\r\n\r\n",
    "broken chunks": b"POST /hello HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nab\r\n",
    "NUL in the path": b"GET /hel\0lo HTTP/1.1\r\n" + HOST + b"\r\n",
    "NUL in a header": b"GET /hello HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n",
    "invalid UTF-8": b"GET /\xff\xfe%ff%fe HTTP/1.1\r\n" + HOST + b"\r\n",
    "an absolute URI": b"GET http://evil.example/hello HTTP/1.1\r\n" + HOST + b"\r\n",
    "a broken URI": b"GET http://[::1/hello HTTP/1.1\r\n" + HOST + b"\r\n",
    "a broken HEAD": b"HEAD http://[::1/hello HTTP/1.1\r\n" + HOST + b"\r\n",
    "an asterisk": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "dots": b"GET /../../etc/passwd HTTP/1.1\r\n" + HOST + b"\r\n",
    "CR and LF in the path": b"GET /a%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\n" + HOST + b"\r\n",
    "a bare CR in a header": b"GET /hello HTTP/1.1\r\n" + HOST + b"X: a\rSet-Cookie: a=b\r\n\r\n",
    "a folded header": b"GET /hello HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n",
    "a space before the colon": b"GET /hello HTTP/1.1\r\n" + HOST + b"X : a\r\n\r\n",
    "a header without a name": b"GET /hello HTTP/1.1\r\n" + HOST + b": a\r\n\r\n",
    "an unknown verb": b"BREW /hello HTTP/1.1\r\n" + HOST + b"\r\n",
    "a verb of signs": b"<script> /hello HTTP/1.1\r\n" + HOST + b"\r\n",
    "TRACE": b"TRACE /hello HTTP/1.1\r\n" + HOST + b"X-Secret: hunter2\r\n\r\n",
    "CONNECT": b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    "two hosts": b"GET /hello HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n\r\n",
    "a half-sent request": b"GET /hello HTTP/1.1\r\nHost: local",
    "a half-sent body": b"POST /hello HTTP/1.1\r\n" + HOST + b"Content-Length: 10\r\n\r\nabc",
}

NOT_SUPPORTED = "The server does not support the HTTP protocol version used in the request."
NOT_UNDERSTOOD = "The browser (or proxy) sent a request that this server could not understand."
TOO_LONG = (
    "The length of the requested URL exceeds the capacity limit for this server. The request cannot be processed."
)
TOO_LARGE = "One or more header fields exceeds the maximum size."


@pytest.mark.clause("C13")
@pytest.mark.parametrize("name", HOSTILE)
def test_response_is_well_formed_or_the_connection_is_closed(server, name):
    response = send_hostile(server, name)

    assert verdict(response, versioned=name not in WITHOUT_VERSION) == ACCEPTABLE
    assert b"Set-Cookie" not in response.partition(b"\r\n\r\n")[0]
    assert b"hunter2" not in response
    assert server.send("GET", "/hello").body == HELLO


def send_hostile(server, name):
    """Send these bytes, with the path of the server's URL in front of their own."""
    prefixed = rb" \1" + server.url.path.encode() + b"/"
    return server.send_bytes(re.sub(rb" (http://[^/ ]+)?/", prefixed, HOSTILE[name], count=1), hang_up=True)


def verdict(response, versioned=True):
    """A line that says whether the response is acceptable, or else shows how it begins."""
    bare = not versioned and not response.startswith(b"HTTP/")  # only a body: HTTP/0.9 had no status line
    if response == b"" or bare or WELL_FORMED.fullmatch(response):
        return ACCEPTABLE
    return repr(response[:200])


@pytest.mark.clause("C13")
def test_half_sent_requests_do_not_delay_the_others(server):
    with ExitStack() as connections:
        for _ in range(5):
            connections.enter_context(server.connect(HOSTILE["a half-sent request"]))

        assert server.send("GET", "/hello").body == HELLO


@pytest.mark.parametrize("name", ["CR and LF in the path", "a bare CR in a header", "NUL in the path"])
def test_no_line_of_the_log_is_forged(process, server, name):
    send_hostile(server, name)
    server.send("GET", "/hello?after")
    process.wait_for(r"/hello\?after")

    assert not re.search(r"(?m)^(Set-Cookie|lo\b)|[\0\x1b]", process.output())


@pytest.mark.servers("wsgi.py")
def test_hostile_bytes_leave_no_traceback_on_the_log(process, server):
    for name in HOSTILE:
        send_hostile(server, name)

    assert "Traceback" not in process.output()


@pytest.mark.parametrize(
    ("name", "status", "error", "message"),
    [
        ("no HTTP at all", 400, "Bad Request", NOT_UNDERSTOOD),
        ("a TLS handshake", 400, "Bad Request", NOT_UNDERSTOOD),
        ("no version", 505, "HTTP Version Not Supported", NOT_SUPPORTED),
        ("HTTP/0.9", 505, "HTTP Version Not Supported", NOT_SUPPORTED),
        ("HTTP/2.0", 505, "HTTP Version Not Supported", NOT_SUPPORTED),
        ("HTTP/9.9", 505, "HTTP Version Not Supported", NOT_SUPPORTED),
        ("HTTP/0.9 and a word too many", 400, "Bad Request", NOT_UNDERSTOOD),
        ("a broken URI", 400, "Bad Request", NOT_UNDERSTOOD),
        ("a huge request line", 414, "Request URI Too Long", TOO_LONG),
        ("two hundred headers", 431, "Request Header Fields Too Large", TOO_LARGE),
    ],
)
@pytest.mark.servers("wsgi.py")
def test_wsgi_py_sends_json_to_a_client_that_does_not_speak_http(server, name, status, error, message):
    """The standard library would respond before Flask, in HTML that quotes the client's bytes."""
    head, _, body = send_hostile(server, name).partition(b"\r\n\r\n")
    status_line, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)

    assert status_line == f"HTTP/1.1 {status} {error}"
    assert headers.items() >= {**SECURITY_HEADERS, "Content-Type": "application/json", "Connection": "close"}.items()
    assert headers["Content-Length"] == str(len(body))
    expected = f'{{"status": {status}, "error": "{error}", "message": "{message}", "timestamp": "'
    assert re.fullmatch(re.escape(expected) + TIMESTAMP + r'"}\n', body.decode())


def test_wsgi_py_closes_the_connection_of_a_half_sent_request(monkeypatch):
    """It waits five seconds, which the test shortens. Without a limit, such a client would keep a thread forever."""
    import devserver  # not at the top: the rest of the file also runs without Flask

    assert devserver.RequestHandler.timeout == 5
    monkeypatch.setattr(devserver.RequestHandler, "timeout", 0.01)
    client, connection = socket.socketpair()

    with client, connection:
        client.sendall(HOSTILE["a half-sent request"])
        handler = threading.Thread(target=devserver.RequestHandler, args=[connection, ("127.0.0.1", 0), None])
        handler.start()
        handler.join(1)

        assert not handler.is_alive()
