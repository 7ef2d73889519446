"""SIGTERM and SIGINT: what happens to the requests in flight."""

import re
import signal
import socket
import sys
import threading
from dataclasses import dataclass
from functools import cache

import pytest

import devserver
from tests.contract import HELLO
from tests.support.client import Server, receive
from tests.support.processes import attempts

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no POSIX signals"),
]

BEGIN, END = b"GET /hello HTTP/1.1\r\nHost: localhost\r\n", b"Connection: close\r\n\r\n"


@dataclass
class Stop:
    """What came of a stop."""

    in_flight: list[bytes]
    accepted: list[bytes]
    idle: bytes
    exit_status: int
    output: str


@pytest.fixture(
    params=[
        pytest.param([signal.SIGTERM, signal.SIGTERM], marks=pytest.mark.launch("wsgi.py")),
        pytest.param([signal.SIGINT], marks=pytest.mark.launch("wsgi.py")),
    ],
    ids=["SIGTERM twice", "SIGINT"],
)
def stop(process, request):
    return play(process, *request.param)


@cache
def play(process, *signals):
    """A server is told to stop: it has answered 3 requests, waits for the rest of 5, and has yet to see 20.

    A second SIGTERM is to change nothing.
    """
    server = Server.at(process.url())
    for _ in range(3):
        server.send("GET", "/hello")
    idle = server.connect()
    begun = [begin(server) for _ in range(5)]
    accepted = [begin(server, END) for _ in range(20)]
    for signum in signals:
        process.signal(signum)
        wait_until_refused(server)
    return Stop(
        [finish(connection, END) for connection in begun],
        [finish(connection) for connection in accepted],
        finish(idle),
        process.wait(),
        process.output(),
    )


def begin(server, rest=b""):
    connection = server.connect()
    connection.sendall(BEGIN + rest)
    return connection


def finish(connection, rest=b""):
    with connection:
        connection.sendall(rest)
        return receive(connection)


def wait_until_refused(server):
    """Wait for the stop to have begun: nobody is accepted any more."""
    try:
        for _ in attempts():
            server.connect().close()
    except ConnectionError:
        return
    pytest.fail("The server goes on to accept connections")


def test_requests_in_flight_are_finished(stop):
    assert [answer.endswith(HELLO) for answer in stop.in_flight] == [True] * 5


def test_requests_that_the_kernel_has_accepted_are_answered(stop):
    """They wait in the queue of the listening socket: closed with it, they would be reset."""
    assert [answer.endswith(HELLO) for answer in stop.accepted] == [True] * 20


def test_idle_connection_is_closed(stop):
    assert stop.idle == b""


def test_handler_of_an_idle_connection_gives_up_when_the_server_stops(monkeypatch):
    """In this process, where coverage sees it."""
    monkeypatch.setattr(devserver, "POLL", 0.01)
    monkeypatch.setattr(devserver.RequestHandler, "stopping", True)
    client, connection = socket.socketpair()

    with client, connection:
        handler = threading.Thread(target=devserver.RequestHandler, args=[connection, ("127.0.0.1", 0), None])
        handler.start()
        handler.join(1)

        assert not handler.is_alive()


def test_stop_exits_with_0(stop):
    assert stop.exit_status == 0


def test_stop_says_how_long_how_many_and_how_much_memory(stop):
    *_, last = stop.output.splitlines()

    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO "
        r"Stopped after \d+\.\d s; requests served: 28; peak memory: [1-9]\d\.\d MB",
        last,
    )


@pytest.mark.launch("wsgi.py")
def test_second_sigint_ends_at_once(process):
    server = Server.at(process.url())
    with begin(server):
        process.signal(signal.SIGINT)
        wait_until_refused(server)
        process.signal(signal.SIGINT)

        assert process.wait() == -signal.SIGINT


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT], ids=lambda signum: signum.name)
def test_signal_during_the_start_ends_in_silence(run, signum):
    process = run("-X", "importtime", "wsgi.py")
    process.wait_for("import time: .* flask")

    process.signal(signum)

    assert process.wait() == 0
    assert {line.split(":")[0] for line in process.output().splitlines()} == {"import time"}


@pytest.mark.launch("-m", "gunicorn", "wsgi:application")
def test_sigterm_is_graceful_under_gunicorn_too(process):
    """As its documentation has it; SIGINT is the quick stop there."""
    server = Server.at(process.url())
    connection = begin(server)
    assert server.send("GET", "/hello").body == HELLO

    process.signal(signal.SIGTERM)
    process.wait_for("Handling signal: term")

    assert finish(connection, END).endswith(HELLO)
    assert process.wait() == 0
