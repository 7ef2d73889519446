"""Each body to the byte, with debug on and off."""

import json
import re

import pytest

from app import create_app
from tests.contract import HELLO, TIMESTAMP

pytestmark = pytest.mark.unit


@pytest.fixture(params=[False, True], ids=["debug off", "debug on"])
def client(request):
    return create_app({"DEBUG": request.param}).test_client()


def test_hello_endpoint_returns_json_message(client):
    response = client.get("/hello")

    assert (response.status_code, response.content_type, response.data) == (200, "application/json", HELLO)


def test_hello_body_is_27_bytes(client):
    assert client.get("/hello").headers["Content-Length"] == "27"


def test_health_endpoint_returns_status(client):
    response = client.get("/health")

    assert (response.status_code, response.content_type) == (200, "application/json")
    assert re.fullmatch(
        rf'{{"status": "healthy", "timestamp": "{TIMESTAMP}", '
        r'"service": "flask-hello-world-tutorial", "version": "1\.0\.0"}\n',
        response.text,
    )


def test_json_keeps_the_order_of_keys_and_escapes_non_ascii(client):
    app = client.application
    app.add_url_rule("/any", view_func=lambda: {"b": 1, "a": [True, None, "é"]})

    assert client.get("/any").data == b'{"b": 1, "a": [true, null, "\\u00e9"]}\n'


def test_error_body_is_one_line(client):
    body = client.get("/nothing").text

    assert body == json.dumps(json.loads(body)) + "\n"
