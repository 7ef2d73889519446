"""Many clients at once. Each of them gets its own response."""

import re
import selectors
import time
from collections import Counter

import pytest

from tests.contract import HELLO
from tests.support.client import TIMEOUT, readable
from tests.support.processes import PRODUCTION

pytestmark = [pytest.mark.performance, pytest.mark.servers("wsgi.py", PRODUCTION)]

GREETED = "200 with the greeting"


def responses_at_once(server, clients):
    """What each client receives, or its error. All connect before the first of them sends its request."""
    server.record(f"{clients} connections at once, each with:\n{readable(server.request())}", "")
    received, refused = {}, []
    for _ in range(clients):
        try:
            received[server.connect()] = b""
        except OSError as error:
            refused.append(f"no connection: {error.strerror or error}".encode())
    with selectors.DefaultSelector() as waiting:
        for connection in received:
            connection.sendall(server.request())
            waiting.register(connection, selectors.EVENT_READ)
        while waiting.get_map() and (ready := waiting.select(TIMEOUT)):
            for connection in [key.fileobj for key, _ in ready]:
                try:
                    data = connection.recv(65536)
                except OSError as error:
                    received[connection], data = (error.strerror or str(error)).encode(), b""
                received[connection] += data
                if not data:
                    waiting.unregister(connection)
                    connection.close()
        for key in waiting.get_map().values():
            received[key.fileobj] = b"no end of the response within %g seconds" % TIMEOUT
            key.fileobj.close()
    return [*received.values(), *refused]


def outcome(response):
    head, _, body = response.partition(b"\r\n\r\n")
    greeted = re.match(rb"HTTP/1\.[01] 200 ", head) and body == HELLO
    return GREETED if greeted else head.partition(b"\r\n")[0].decode("latin-1") or "a closed connection"


@pytest.mark.clause("C13")
def test_clients_at_once_all_get_a_response(server, server_kind, within):
    clients = 100 if "://" in server_kind else 500  # with --server, as many as the contract demands
    began = time.perf_counter()
    outcomes = Counter(outcome(response) for response in responses_at_once(server, clients))
    seconds = time.perf_counter() - began

    assert outcomes == {GREETED: clients}
    within(f"{clients} clients at once, from {server_kind}", seconds, 20, "s")
