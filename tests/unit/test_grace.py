"""The grace of a stop: ten seconds, and no more."""

import threading
import time

import pytest

import devserver

pytestmark = pytest.mark.unit


def test_stop_waits_ten_seconds_at_most():
    assert devserver.GRACE == 10


def test_request_that_does_not_end_is_left_behind(monkeypatch):
    monkeypatch.setattr(devserver, "GRACE", 0.02)
    released = threading.Event()
    request = threading.Thread(target=released.wait, args=[5], daemon=True)
    request.start()
    began = time.monotonic()

    devserver.finish_requests()

    assert request.is_alive()
    assert 0.02 <= time.monotonic() - began < 5
    released.set()


def test_stop_waits_no_longer_than_the_requests_take():
    began = time.monotonic()
    threading.Timer(0.02, lambda: None).start()

    devserver.finish_requests()

    assert 0.02 <= time.monotonic() - began < 5
