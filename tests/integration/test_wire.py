"""The bytes on the wire, from a raw socket."""

import re
import select
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

import devserver
from tests.contract import HELLO
from tests.support.client import receive
from tests.support.processes import beyond_the_contract

pytestmark = pytest.mark.integration


def test_response_is_a_status_line_headers_an_empty_line_and_27_bytes(server):
    """RFC 9112 §2.1; each line ends in CRLF, and no header line is folded."""
    head, separator, body = server.send_bytes(server.request()).partition(b"\r\n\r\n")
    status_line, *header_lines = head.split(b"\r\n")

    assert re.fullmatch(rb"HTTP/1\.[01] 200 [^\r\n]*", status_line)
    assert all(re.fullmatch(rb"[^\s:]+:[^\r\n]*", line) for line in header_lines)
    assert (separator, body) == (b"\r\n\r\n", HELLO)


def test_response_to_head_ends_after_the_empty_line(server):
    head, separator, body = server.send_bytes(server.request("HEAD")).partition(b"\r\n\r\n")

    lengths = [line for line in head.lower().replace(b" ", b"").split(b"\r\n") if line.startswith(b"content-length:")]
    assert (lengths, separator, body) == ([b"content-length:27"], b"\r\n\r\n", b"")


@beyond_the_contract
def test_http_1_0_is_supported(server):
    head, _, body = server.send_bytes(b"GET /hello HTTP/1.0\r\n\r\n").partition(b"\r\n\r\n")

    assert re.match(rb"HTTP/1\.[01] 200 ", head)
    assert body == HELLO


@pytest.mark.servers("wsgi.py")
@beyond_the_contract
def test_http_1_0_client_gets_no_interim_response(server):
    """RFC 9110 §15.2: a server must not send a 1xx response to an HTTP/1.0 client."""
    response = server.send_bytes(b"GET /hello HTTP/1.0\r\nExpect: 100-continue\r\n\r\n")

    assert response.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.servers("wsgi.py")
@beyond_the_contract
def test_server_header_has_no_version(server):
    assert server.send("GET", "/hello").headers.getlist("Server") == ["Werkzeug"]


def test_request_can_arrive_in_pieces(server):
    with server.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in server.request():
            connection.send(bytes([byte]))
        response = receive(connection)

    assert response.partition(b"\r\n\r\n")[2] == HELLO


def test_clients_side_by_side_all_get_a_response(server):
    with ThreadPoolExecutor(20) as clients:
        responses = list(clients.map(lambda _: server.send("GET", "/hello"), range(20)))

    assert [(response.status, response.body) for response in responses] == [(200, HELLO)] * 20


def test_silent_clients_do_not_delay_the_others(server):
    with server.connect(), server.connect(), server.connect():
        assert server.send("GET", "/hello").body == HELLO


@pytest.mark.servers("wsgi.py")
def test_client_can_be_silent_before_its_request(server):
    with server.connect() as connection:
        closed, _, _ = select.select([connection], [], [], 0.2)
        connection.sendall(server.request())
        response = receive(connection)

    assert not closed
    assert response.partition(b"\r\n\r\n")[2] == HELLO


def test_silent_connection_is_closed_after_30_seconds(monkeypatch):
    """The test shortens this time. The server runs in this process, so coverage sees it."""
    assert devserver.SILENCE == 30
    monkeypatch.setattr(devserver, "SILENCE", 0.05)
    with devserver.listen("localhost", 0) as listener:
        server = devserver.Server("localhost", 0, None, devserver.RequestHandler, fd=listener.fileno())
        with server, server.running, server.stopped, socket.create_connection(listener.getsockname(), 5) as client:
            server.handle_request()

            assert receive(client) == b""
