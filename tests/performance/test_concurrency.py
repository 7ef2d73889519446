"""Many clients at once, each with an answer of its own."""

import asyncio
import time

import pytest

from tests.contract import HELLO

pytestmark = [pytest.mark.performance, pytest.mark.servers("wsgi.py", "gunicorn")]


async def ask(server, everybody):
    """Connect, wait until everybody is connected, ask, and read to the end."""
    reader, writer = await asyncio.open_connection(server.url.hostname, server.port, ssl=server.secure or None)
    await everybody.wait()
    writer.write(server.request())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def ask_at_once(server, clients):
    everybody = asyncio.Barrier(clients)
    async with asyncio.timeout(20):
        return await asyncio.gather(*(ask(server, everybody) for _ in range(clients)))


@pytest.mark.parametrize("clients", [100, 500])
def test_clients_at_once_are_all_answered(server, kind, clients, within):
    began = time.perf_counter()
    answers = asyncio.run(ask_at_once(server, clients))
    seconds = time.perf_counter() - began

    assert [answer.partition(b"\r\n\r\n")[2] for answer in answers] == [HELLO] * clients
    within(f"{clients} clients at once, from {kind}", seconds, 20, "s")
