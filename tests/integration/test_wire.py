"""The bytes on the wire, from a raw socket."""

import re
import select
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from werkzeug.serving import make_server

from tests.contract import HELLO
from tests.support.client import Request, receive

pytestmark = pytest.mark.integration


@pytest.mark.clause("C13")
def test_response_is_a_status_line_headers_an_empty_line_and_27_bytes(server):
    """RFC 9112 §2.1; each line ends in CRLF, and no header line is folded."""
    head, separator, body = server.send_bytes(server.request()).partition(b"\r\n\r\n")
    status_line, *header_lines = head.split(b"\r\n")

    assert re.fullmatch(rb"HTTP/1\.[01] 200 [^\r\n]*", status_line)
    assert all(re.fullmatch(rb"[^\s:]+:[^\r\n]*", line) for line in header_lines)
    assert (separator, body) == (b"\r\n\r\n", HELLO)


@pytest.mark.clause("C8")
@pytest.mark.parametrize("path", ["/hello", "/health", "/nothing"])
def test_response_to_head_ends_after_the_empty_line(server, path):
    _, separator, body = server.send_bytes(server.request("HEAD", path)).partition(b"\r\n\r\n")

    assert (separator, body) == (b"\r\n\r\n", b"")


def test_http_1_0_is_supported(server):
    head, _, body = server.send_bytes(b"GET /hello HTTP/1.0\r\n\r\n").partition(b"\r\n\r\n")

    assert re.match(rb"HTTP/1\.[01] 200 ", head)
    assert body == HELLO


@pytest.mark.servers("wsgi.py")
def test_http_1_0_client_gets_no_interim_response(server):
    """RFC 9110 §15.2: a server must not send a 1xx response to an HTTP/1.0 client."""
    response = server.send_bytes(b"GET /hello HTTP/1.0\r\nExpect: 100-continue\r\n\r\n")

    assert response.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.servers("wsgi.py")
def test_server_header_has_no_version(server):
    assert server.send("GET", "/hello").headers.getlist("Server") == ["Werkzeug"]


@pytest.mark.clause("C13")
def test_request_can_arrive_in_pieces(server):
    request = server.request()
    response = server.send_bytes(*(request[start : start + 20] for start in range(0, len(request), 20)), pause=0.01)

    assert response.partition(b"\r\n\r\n")[2] == HELLO


@pytest.mark.clause("C13")
def test_connection_can_carry_several_requests(server):
    """The second response must not depend on the first, and a response to HEAD must not leave a body behind."""
    requests = [("GET", "/hello"), ("HEAD", "/health"), ("GET", "/nothing"), ("POST", "/hello"), ("GET", "/hello")]
    responses = server.send_in_turn(Request(method, path) for method, path in requests)

    assert [response.status for response in responses] == [200, 200, 404, 405, 200]
    assert responses[-1].body == HELLO


@pytest.mark.clause("C13")
def test_body_of_a_request_is_not_the_next_request(server):
    """Request smuggling: behind a proxy that shares a connection, the next response would reach another client."""
    smuggled = server.request("GET", "/smuggled").decode()
    responses = server.send_in_turn([Request("POST", "/hello", body=smuggled), Request("GET", "/hello")])

    assert [(response.status, b"smuggled" in response.body) for response in responses] == [(405, False), (200, False)]


@pytest.mark.clause("C13")
def test_clients_side_by_side_all_get_a_response(server):
    with ThreadPoolExecutor(20) as clients:
        responses = list(clients.map(lambda _: server.send("GET", "/hello"), range(20)))

    assert Counter((response.status, response.body) for response in responses) == {(200, HELLO): 20}


@pytest.mark.clause("C13")
def test_clients_side_by_side_each_get_their_own_response(server):
    paths = [f"/nothing/{number}" for number in range(40)]
    with ThreadPoolExecutor(20) as clients:
        responses = list(clients.map(lambda path: server.send("GET", path), paths))

    received = {path: re.findall(rb"/nothing/\d+", each.body) for path, each in zip(paths, responses, strict=True)}
    assert received == {path: [path.encode()] for path in paths}


@pytest.mark.clause("C13")
def test_silent_clients_do_not_delay_the_others(server):
    with server.connect(), server.connect(), server.connect():
        assert server.send("GET", "/hello", timeout=5).body == HELLO


@pytest.mark.servers("wsgi.py")
def test_client_can_be_silent_before_its_request(server):
    with server.connect() as connection:
        closed, _, _ = select.select([connection], [], [], 0.2)
        connection.sendall(server.request())
        response = receive(connection)

    assert not closed
    assert response.partition(b"\r\n\r\n")[2] == HELLO


@pytest.fixture
def listening():
    """A server in this process, so coverage sees it, and a client that is connected to it."""
    import devserver  # not at the top: the rest of the file also runs without Flask

    with devserver.listen("localhost", 0) as listener:
        server = devserver.Server("localhost", 0, None, devserver.RequestHandler, fd=listener.fileno())
        with server, server.running, server.stopped, socket.create_connection(listener.getsockname(), 5) as client:
            yield devserver, server, client


def test_silent_connection_is_closed_after_30_seconds(monkeypatch, listening):
    """The test shortens this time."""
    devserver, server, client = listening
    assert devserver.SILENCE == 30
    monkeypatch.setattr(devserver, "SILENCE", 0.02)
    monkeypatch.setattr(devserver, "ARRIVAL", 0)

    server.handle_request()

    assert receive(client) == b""


def test_response_without_a_length_is_logged_with_a_dash(caplog, listening):
    """For example a stream. The application in this repository sends none."""
    _, server, client = listening
    server.app = lambda environ, start_response: start_response("200 OK", []) and [b"some ", b"text"]
    client.sendall(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")

    with caplog.at_level("INFO"):
        server.handle_request()
        receive(client)

    assert re.fullmatch(r"GET /stream 200 - bytes \d+\.\d ms", caplog.messages[0])


def test_logged_time_begins_with_the_request_in_debug_mode(caplog):
    """Werkzeug's server, which debug mode uses, calls setup() while the client is still silent."""
    import devserver  # as above

    def speak():
        sent.append(time.perf_counter())
        client.sendall(b"no HTTP\r\n\r\n")

    sent = []
    with (
        caplog.at_level("INFO"),
        make_server("localhost", 0, None, request_handler=devserver.RequestHandler) as server,
        socket.create_connection(server.server_address) as client,
    ):
        threading.Timer(0.05, speak).start()
        server.handle_request()
        received = time.perf_counter()

    logged = float(re.fullmatch(r"no HTTP 400 \d+ bytes (\d+\.\d) ms", caplog.messages[0])[1])
    assert logged <= 1000 * (received - sent[0]) + 0.1


def test_200_clients_can_wait_until_the_server_accepts_them(listening):
    """Python's default is 128. The system drops the next client's first packet, and it tries again a second later."""
    _, server, _ = listening
    with ExitStack() as clients:
        for _ in range(min(200, socket.SOMAXCONN) - 1):  # there is one already
            clients.enter_context(socket.create_connection(server.server_address, 0.5))


def test_request_on_its_way_gets_a_response_during_a_stop(monkeypatch, listening):
    """The client has connected, but its request has not arrived yet. The test extends the time that is left to it."""
    devserver, server, client = listening
    assert devserver.ARRIVAL == 0.1
    monkeypatch.setattr(devserver, "ARRIVAL", 5)
    server.running.close()

    server.handle_request()
    select.select([client], [], [], 0.02)
    client.sendall(b"no HTTP\r\n\r\n")

    assert receive(client).startswith(b"HTTP/1.1 400 ")


def test_connections_in_quick_succession_share_a_measurement_of_the_memory(monkeypatch, listening):
    """A measurement takes as long as a tenth of a request."""
    devserver, server, _ = listening
    measured = []
    monkeypatch.setattr(devserver, "memory", lambda: measured.append(25.0) or 25.0)
    monkeypatch.setattr(devserver, "POLL", 60)

    for _ in range(3):
        server.service_actions()

    assert (measured, server.peak_memory) == ([25.0], 25.0)
