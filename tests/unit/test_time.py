"""The timestamp: the current time, with six digits of microseconds, also when they are zero."""

from datetime import UTC, datetime, timedelta, tzinfo

import pytest

import app as app_module

pytestmark = pytest.mark.unit


class NoonExactly(datetime):
    """A clock that has stopped at microsecond zero. The real one is there once in a million times."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime(2024, 1, 1, 12, 0, 0, 0, tzinfo=tz)


def test_timestamp_keeps_six_digits_at_microsecond_zero(monkeypatch):
    monkeypatch.setattr(app_module, "datetime", NoonExactly)

    assert app_module.timestamp() == "2024-01-01T12:00:00.000000+00:00"


def test_timestamp_is_the_current_time(client):
    before = datetime.now(UTC)
    timestamp = datetime.fromisoformat(client.get("/health").json["timestamp"])
    after = datetime.now(UTC)

    assert before <= timestamp <= after
    assert timestamp.utcoffset() == timedelta(0)
