"""The grace period of a stop: ten seconds for all requests together."""

import threading
import time

import pytest

import devserver

pytestmark = pytest.mark.unit


def test_grace_period_is_ten_seconds():
    assert devserver.GRACE == 10


@pytest.fixture
def stuck_requests():
    """Ten threads that do not end before the test does."""
    released = threading.Event()
    threads = [threading.Thread(target=released.wait, args=[5], daemon=True) for _ in range(10)]
    for thread in threads:
        thread.start()
    yield threads
    released.set()
    for thread in threads:
        thread.join()


def test_stuck_requests_share_one_grace_period(monkeypatch, stuck_requests):
    monkeypatch.setattr(devserver, "GRACE", 0.05)
    began = time.monotonic()

    devserver.finish_requests()

    assert 0.05 <= time.monotonic() - began < 0.45
    assert all(thread.is_alive() for thread in stuck_requests)


def test_stop_does_not_wait_longer_than_the_requests():
    began = time.monotonic()
    threading.Timer(0.02, lambda: None).start()

    devserver.finish_requests()

    assert 0.02 <= time.monotonic() - began < 5
