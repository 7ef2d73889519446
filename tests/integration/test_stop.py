"""SIGTERM and SIGINT: what happens to the requests in flight."""

import re
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

import psutil
import pytest

from tests.contract import HELLO
from tests.support.client import Server, receive
from tests.support.processes import attempts

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no POSIX signals"),
]

BEGIN, END = b"GET /hello HTTP/1.1\r\nHost: localhost\r\n", b"Connection: close\r\n\r\n"


@dataclass(repr=False)  # it would bury the line of a failure
class Stop:
    """What the clients and the log saw of a stop."""

    in_flight: list[bytes]
    accepted: list[bytes]
    idle: bytes
    seconds: float
    exit_status: int
    output: str
    memory: float
    at_least: float
    at_most: float


@pytest.fixture(
    params=[
        pytest.param(signal.SIGTERM, marks=pytest.mark.launch("wsgi.py"), id="SIGTERM again and again"),
        pytest.param(signal.SIGINT, marks=pytest.mark.launch("wsgi.py"), id="SIGINT"),
    ],
)
def stop(process, request):
    return play(process, request.param)


@cache
def play(process, signum):
    """Stop a server that waits for the rest of 5 requests, has handled 3 others, and has not read another 20.

    More SIGTERMs must change nothing, even at the exit, where Python restores the default actions of signals.
    """
    server = Server.at(process.url())
    system, ready = psutil.Process(process.popen.pid), time.time()
    memory, started = system.memory_info().rss / 1e6, system.create_time()
    idle = server.connect()
    begun = [begin(server) for _ in range(5)]
    for _ in range(3):
        server.send("GET", "/hello")  # connections leave the queue in turn, so now the server has all those above
    accepted = [begin(server, END) for _ in range(20)]
    stopped = time.time()
    process.signal(signum)
    wait_until_refused(server)
    if signum == signal.SIGTERM:
        process.terminate()
    in_flight = [finish(connection, END) for connection in begun]
    for _ in attempts():
        if signum == signal.SIGTERM:
            process.terminate()
        if process.popen.poll() is not None:
            break
    return Stop(
        in_flight,
        [finish(connection) for connection in accepted],
        finish(idle),
        time.time() - stopped,
        process.wait(),
        process.output(),
        memory,
        stopped - ready,
        time.time() - started,
    )


def begin(server, rest=b""):
    connection = server.connect()
    connection.sendall(BEGIN + rest)
    return connection


def finish(connection, rest=b""):
    with connection:
        with suppress(ConnectionError):  # a server that stops without care resets the connection
            connection.sendall(rest)
        return receive(connection)


def wait_until_refused(server):
    """Wait until the stop has begun and the server accepts no more connections."""
    try:
        for _ in attempts():
            server.connect().close()
    except ConnectionError:
        return
    pytest.fail("The server still accepts connections")


def greetings(responses):
    return sum(response.endswith(HELLO) for response in responses)


def test_requests_in_flight_are_finished(stop):
    finished = greetings(stop.in_flight)

    assert finished == 5


def test_requests_that_the_kernel_has_accepted_get_their_response(stop):
    """They wait in the queue of the listening socket. If it is closed first, they are reset."""
    served = greetings(stop.accepted)

    assert served == 20


def test_idle_connection_is_closed(stop):
    """It does not delay the stop until the grace period of ten seconds is over."""
    assert stop.idle == b""
    assert stop.seconds < 5


def test_stop_exits_with_0(stop):
    assert stop.exit_status == 0


def test_stop_logs_duration_number_of_requests_and_peak_memory(stop):
    *_, last = stop.output.splitlines()

    parts = re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO "
        r"Stopped after (\d+\.\d) s; requests served: 28; peak memory: (\d+\.\d) MB",
        last,
    )
    assert parts, last
    assert stop.at_least - 0.1 <= float(parts[1]) <= stop.at_most + 0.1
    assert float(parts[2]) == pytest.approx(stop.memory, rel=0.3)


@pytest.mark.launch("wsgi.py")
def test_sigint_and_sigterm_at_once_are_one_stop(process):
    process.wait_for("Available Endpoints")
    for signum in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT):  # both arrive when it continues
        process.signal(signum)

    assert process.wait() == 0
    *_, ruler, last = process.output().splitlines()
    assert (ruler, last[24:42]) == (60 * "=", "INFO Stopped after")


@pytest.mark.launch("wsgi.py")
def test_second_sigint_ends_at_once(process):
    server = Server.at(process.url())
    with begin(server):
        process.signal(signal.SIGINT)
        wait_until_refused(server)
        process.signal(signal.SIGINT)

        assert process.wait() == -signal.SIGINT


@pytest.mark.launch(
    "-c",
    "import devserver, runpy; devserver.GRACE = 0.1; devserver.RequestHandler.timeout = 60; "
    "runpy.run_path('wsgi.py', run_name='__main__')",
)
def test_request_beyond_the_grace_period_does_not_keep_the_process(process):
    with begin(Server.at(process.url())) as connection:
        process.terminate()

        assert process.wait() == 0
        assert receive(connection) == b""


@pytest.mark.launch("-m", "gunicorn", "wsgi:application")
def test_sigterm_is_graceful_under_gunicorn_too(process):
    """gunicorn documents SIGTERM as the graceful stop, and SIGINT as the quick one."""
    server = Server.at(process.url())
    connection = begin(server)
    assert server.send("GET", "/hello").body == HELLO

    process.signal(signal.SIGTERM)
    process.wait_for("Handling signal: term")

    assert finish(connection, END).endswith(HELLO)
    assert process.wait() == 0
