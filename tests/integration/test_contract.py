"""The contract as a client sees it: the same in process, and over a socket whoever serves."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract import HELLO, SECURITY_HEADERS, TIMESTAMP

pytestmark = pytest.mark.integration


def test_hello_endpoint_returns_json_message(send):
    answer = send("GET", "/hello")

    assert (answer.status, answer.headers["Content-Type"], answer.body) == (200, "application/json", HELLO)
