"""The timestamp: six digits of microseconds, also when they are zero."""

from datetime import UTC, datetime, tzinfo

import pytest

import app as app_module

pytestmark = pytest.mark.unit


class NoonExactly(datetime):
    """A clock that stands still: the real one is at microsecond zero once in a million times."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime(2024, 1, 1, 12, 0, 0, 0, tzinfo=tz)


def test_timestamp_keeps_six_digits_at_microsecond_zero(monkeypatch):
    monkeypatch.setattr(app_module, "datetime", NoonExactly)

    assert app_module.timestamp() == "2024-01-01T12:00:00.000000+00:00"


def test_timestamp_reads_back_as_the_same_instant():
    before = datetime.now(UTC)

    assert datetime.fromisoformat(app_module.timestamp()) >= before
