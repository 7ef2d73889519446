"""The bytes on the wire, from a raw socket."""

import re
import select
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract import HELLO
from tests.support.client import receive

pytestmark = pytest.mark.integration


def test_answer_is_a_status_line_headers_an_empty_line_and_27_bytes(server):
    """RFC 9112 §2.1; each line ends in CRLF, and no header line is folded."""
    head, separator, body = server.send_bytes(server.request()).partition(b"\r\n\r\n")
    status_line, *header_lines = head.split(b"\r\n")

    assert re.fullmatch(rb"HTTP/1\.[01] 200 [^\r\n]*", status_line)
    assert all(re.fullmatch(rb"[^\s:]+:[^\r\n]*", line) for line in header_lines)
    assert (separator, body) == (b"\r\n\r\n", HELLO)


def test_head_is_answered_with_nothing_after_the_empty_line(server):
    head, separator, body = server.send_bytes(server.request("HEAD")).partition(b"\r\n\r\n")

    lengths = [line for line in head.lower().replace(b" ", b"").split(b"\r\n") if line.startswith(b"content-length:")]
    assert (lengths, separator, body) == ([b"content-length:27"], b"\r\n\r\n", b"")


def test_http_1_0_is_answered(own_server):
    head, _, body = own_server.send_bytes(b"GET /hello HTTP/1.0\r\n\r\n").partition(b"\r\n\r\n")

    assert re.match(rb"HTTP/1\.[01] 200 ", head)
    assert body == HELLO


def test_request_that_arrives_in_pieces_is_answered(server):
    with server.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in server.request():
            connection.send(bytes([byte]))
        answer = receive(connection)

    assert answer.partition(b"\r\n\r\n")[2] == HELLO


def test_clients_side_by_side_are_all_answered(server):
    with ThreadPoolExecutor(20) as clients:
        answers = list(clients.map(lambda _: server.send("GET", "/hello"), range(20)))

    assert [(answer.status, answer.body) for answer in answers] == [(200, HELLO)] * 20


def test_client_that_says_nothing_does_not_hold_up_the_others(server):
    with server.connect(), server.connect(), server.connect():
        assert server.send("GET", "/hello").body == HELLO


@pytest.mark.servers("wsgi.py")
def test_client_may_take_its_time_to_ask(own_server):
    with own_server.connect() as connection:
        closed, _, _ = select.select([connection], [], [], 0.07)  # more than one look of the server's
        connection.sendall(own_server.request())
        answer = receive(connection)

    assert not closed
    assert answer.partition(b"\r\n\r\n")[2] == HELLO
