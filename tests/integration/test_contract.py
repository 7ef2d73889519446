"""The contract as a client sees it: in process, and over a socket whoever serves."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract import HELLO, METHODS, SECURITY_HEADERS, TIMESTAMP

pytestmark = pytest.mark.integration

ANSWERS = [
    pytest.param("GET", "/hello", 200, id="hello"),
    pytest.param("GET", "/health", 200, id="health"),
    pytest.param("GET", "/nothing", 404, id="404"),
    pytest.param("POST", "/hello", 405, id="405"),
    pytest.param("HEAD", "/hello", 200, id="HEAD"),
    pytest.param("OPTIONS", "/hello", 200, id="OPTIONS"),
]
PATHS_OF_NOTHING = ["/", "/nothing", "/hello/", "/hello/world", "/HELLO", "/static/x", "/favicon.ico", "/index.html"]


@pytest.fixture
def prefix(server):
    """A pattern for the part of a URL before the path of a request. An error's path may include it or not."""
    return f"(?:{re.escape(server.url.path)})?"


def assert_json(answer, status, pattern):
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/json")
    assert re.fullmatch(pattern.encode() + rb"\n", answer.body), f"{answer.body!r}\nis not {pattern}"


def test_hello_endpoint_returns_json_message(send):
    answer = send("GET", "/hello")

    assert (answer.status, answer.headers["Content-Type"], answer.body) == (200, "application/json", HELLO)


def test_hello_takes_no_parameters(send):
    assert send("GET", "/hello?name=you&message=other").body == HELLO


def test_health_endpoint_returns_status(send):
    assert_json(
        send("GET", "/health"),
        200,
        rf'{{"status": "healthy", "timestamp": "{TIMESTAMP}", '
        r'"service": "flask-hello-world-tutorial", "version": "1\.0\.0"}',
    )


def test_health_tells_the_current_time(send):
    """Within five minutes, since the server's clock may be another machine's."""
    timestamp = datetime.fromisoformat(json.loads(send("GET", "/health").body)["timestamp"])

    assert abs(datetime.now(UTC) - timestamp) < timedelta(minutes=5)


def test_health_tells_a_later_time_each_time(send):
    """Asked until the clock has moved on: some count in milliseconds only."""
    first, *later = (json.loads(send("GET", "/health").body)["timestamp"] for _ in range(20))

    assert [first, *later] == sorted([first, *later])
    assert first < later[-1]


@pytest.mark.parametrize("path", PATHS_OF_NOTHING)
def test_unknown_route_returns_404(send, prefix, path):
    assert_json(
        send("GET", path),
        404,
        r'{"status": 404, "error": "Not Found", "message": "The requested resource was not found", '
        rf'"path": "{prefix}{re.escape(path)}", "method": "GET", "timestamp": "{TIMESTAMP}"}}',
    )


def test_path_of_an_error_is_without_the_query(send, prefix):
    assert re.fullmatch(f"{prefix}/nothing", json.loads(send("GET", "/nothing?a=1").body)["path"])


def test_timestamp_of_an_error_is_the_current_time(send):
    timestamp = datetime.fromisoformat(json.loads(send("GET", "/nothing").body)["timestamp"])

    assert abs(datetime.now(UTC) - timestamp) < timedelta(minutes=5)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_unknown_route_is_a_404_for_any_method(send, method):
    answer = send(method, "/nothing")

    assert (answer.status, json.loads(answer.body)["method"]) == (404, method)


@pytest.mark.parametrize("path", ["/hello", "/health"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_other_method_returns_405(send, prefix, method, path):
    assert_json(
        send(method, path),
        405,
        rf'{{"status": 405, "error": "Method Not Allowed", '
        rf'"message": "The {method} method is not allowed for this endpoint", '
        rf'"path": "{prefix}{path}", "method": "{method}", "timestamp": "{TIMESTAMP}"}}',
    )


@pytest.mark.parametrize("path", ["/hello", "/health"])
def test_405_lists_the_allowed_methods(send, path):
    """RFC 9110 §15.5.6: an answer of 405 has to have ``Allow``; the order in it says nothing."""
    assert methods(send("DELETE", path)) == METHODS


@pytest.mark.parametrize("path", ["/hello", "/health"])
def test_options_answers_200_with_allow_and_no_body(send, path):
    answer = send("OPTIONS", path)

    assert (answer.status, methods(answer), answer.body) == (200, METHODS, b"")


def methods(answer):
    return {method.strip() for value in answer.headers.getlist("Allow") for method in value.split(",")}


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_unknown_route_is_a_404_for_head_and_options(send, method):
    assert send(method, "/nothing").status == 404


@pytest.mark.parametrize("path", ["/hello", "/health"])
def test_head_has_the_headers_of_get_and_no_body(send, path):
    names = ["Content-Type", "Content-Length", "Access-Control-Allow-Origin", *SECURITY_HEADERS]
    get, head = send("GET", path), send("HEAD", path)

    assert (head.status, head.body) == (200, b"")
    assert {name: head.headers.get(name) for name in names} == {name: get.headers.get(name) for name in names}


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_has_each_security_header_once(send, method, path, status):
    answer = send(method, path)

    assert answer.status == status
    assert {name: answer.headers.getlist(name) for name in SECURITY_HEADERS} == {
        name: [value] for name, value in SECURITY_HEADERS.items()
    }


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_may_be_read_by_any_origin(send, method, path, status):
    answer = send(method, path, {"Origin": "https://stranger.example"})

    assert (answer.status, answer.headers.getlist("Access-Control-Allow-Origin")) == (status, ["*"])


def test_content_length_of_hello_is_27(send):
    assert send("GET", "/hello").headers.getlist("Content-Length") == ["27"]
