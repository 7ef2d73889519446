"""Many clients at once, each with an answer of its own."""

import selectors
import time

import pytest

from tests.contract import HELLO
from tests.support.client import TIMEOUT
from tests.support.processes import PRODUCTION

pytestmark = [pytest.mark.performance, pytest.mark.servers("wsgi.py", PRODUCTION)]


def ask_at_once(server, clients):
    """Connect all before the first one asks; then read whichever answer has come, and close where one ends."""
    connections = [server.connect() for _ in range(clients)]
    answers = dict.fromkeys(connections, b"")
    with selectors.DefaultSelector() as unanswered:
        for connection in connections:
            connection.sendall(server.request())
            unanswered.register(connection, selectors.EVENT_READ)
        while unanswered.get_map():
            came = unanswered.select(TIMEOUT)
            assert came, f"{len(unanswered.get_map())} of {clients} clients have no answer after {TIMEOUT:g} s"
            for key, _ in came:
                data = key.fileobj.recv(65536)
                answers[key.fileobj] += data
                if not data:
                    unanswered.unregister(key.fileobj)
                    key.fileobj.close()
    return answers.values()


@pytest.mark.parametrize("clients", [100, 500])
def test_clients_at_once_are_all_answered(server, server_kind, clients, within):
    began = time.perf_counter()
    answers = ask_at_once(server, clients)
    seconds = time.perf_counter() - began

    assert [answer.partition(b"\r\n\r\n")[2] for answer in answers] == [HELLO] * clients
    within(f"{clients} clients at once, from {server_kind}", seconds, 20, "s")
