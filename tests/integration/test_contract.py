"""The contract as a client sees it, over a socket: any server must pass these tests (see ../CONTRACT.md)."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract import (
    ENDPOINTS,
    HEALTH,
    HELLO,
    OTHER_METHODS,
    REQUESTS,
    SECURITY_HEADERS,
    comparable,
    error_body,
)
from tests.support.processes import PRODUCTION

pytestmark = pytest.mark.integration

UNKNOWN_PATHS = [
    "/",
    "/nothing",
    "/hello/",
    "/health/",
    "/HELLO",
    "/HEALTH",
    "/hello/world",
    "/hello.json",
    "/helloo",
    "/hell",
    "/static/x",
    "/favicon.ico",
    "/index.html",
]
WITHOUT_BODY = [("OPTIONS", "/hello"), ("OPTIONS", "/health")]
WITH_TIMESTAMP = [("GET", "/health"), ("GET", "/nothing"), ("POST", "/hello")]


@pytest.fixture
def text_of(server):
    """Turn the body of a response into text that can be compared."""
    return lambda response: comparable(response.body, server.url.path)


def timestamp_of(response):
    return datetime.fromisoformat(json.loads(response.body)["timestamp"])


def allowed_methods(response):
    """The methods in the header ``Allow``, whose order has no meaning. To list OPTIONS there is optional."""
    listed = {method.strip() for value in response.headers.getlist("Allow") for method in value.split(",")}
    return listed - {"OPTIONS"}


# Bodies


@pytest.mark.clause("C2")
def test_hello_endpoint_returns_json_message(send):
    response = send("GET", "/hello")

    assert (response.status, response.headers["Content-Type"], response.body) == (200, "application/json", HELLO)


@pytest.mark.clause("C2")
def test_content_length_of_hello_is_27(send):
    assert send("GET", "/hello").headers.getlist("Content-Length") == ["27"]


@pytest.mark.clause("C2")
@pytest.mark.servers(PRODUCTION)
@pytest.mark.parametrize(
    "query", ["name=you&message=other", "callback=show", "jsonp=show", "format=xml", "pretty=1", "_method=DELETE"]
)
def test_hello_takes_no_parameters(send, query):
    response = send("GET", f"/hello?{query}")

    assert (response.status, response.headers["Content-Type"], response.body) == (200, "application/json", HELLO)


@pytest.mark.clause("C2")
@pytest.mark.servers(PRODUCTION)
def test_hello_is_sent_again_to_a_client_that_has_it(send):
    """If a server sends an ``ETag``, a client can send it back. The response is no 304 even then."""
    etag = send("GET", "/hello").headers.get("ETag", "*")
    response = send("GET", "/hello", {"If-None-Match": etag})

    assert (response.status, response.body) == (200, HELLO)


@pytest.mark.clause("C1")
@pytest.mark.servers(PRODUCTION)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
        ("Accept", "application/xml"),
        ("Accept-Encoding", "gzip, deflate, br, zstd"),
        ("If-None-Match", "*"),
        ("Range", "bytes=0-1"),
        ("Range", "bytes=999-"),
        ("Cookie", "session=1"),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/hello"), *WITH_TIMESTAMP])
def test_request_headers_do_not_change_the_body(send, text_of, method, path, name, value):
    """A browser sends other headers than curl, and gets the same JSON."""
    plain, response = send(method, path), send(method, path, {name: value})

    assert response.status == plain.status
    assert response.headers.getlist("Content-Type") == ["application/json"]
    assert response.headers.getlist("Content-Encoding") == []
    assert text_of(response) == text_of(plain)


@pytest.mark.clause("C1")
@pytest.mark.servers(PRODUCTION)
@pytest.mark.parametrize(("method", "path"), [each for each in REQUESTS if each not in WITHOUT_BODY])
def test_content_type_is_json_without_parameters_and_sent_once(send, method, path):
    assert send(method, path).headers.getlist("Content-Type") == ["application/json"]


@pytest.mark.clause("C1")
@pytest.mark.servers(PRODUCTION)
@pytest.mark.parametrize(
    ("sent", "path"),
    [
        pytest.param("/%3Ca%3E&'b'", "/<a>&'b'", id="characters of HTML"),
        pytest.param("/a%22b", '/a"b', id="quotation mark"),
        pytest.param("/caf%C3%A9/%F0%9F%9A%80", "/café/🚀", id="outside ASCII"),
    ],
)
def test_body_escapes_only_what_json_requires(send, text_of, sent, path):
    assert text_of(send("GET", sent)) == error_body(404, "GET", path)


@pytest.mark.clause("C1")
def test_content_length_counts_bytes(send):
    """A character can have two bytes. A client that counts the characters of the body cuts it off, or waits."""
    response = send("GET", "/caf%C3%A9")

    assert response.headers.getlist("Content-Length") in ([str(len(response.body))], [])
    assert response.body[-2:] == b"}\n"


@pytest.mark.clause("C3")
def test_health_endpoint_returns_status(send, text_of):
    response = send("GET", "/health")

    assert (response.status, response.headers["Content-Type"], text_of(response)) == (200, "application/json", HEALTH)


@pytest.mark.clause("C3")
def test_health_returns_the_current_time(send):
    """Within five minutes, because the server can run on another machine, with another clock."""
    timestamp = timestamp_of(send("GET", "/health"))

    assert abs(datetime.now(UTC) - timestamp) < timedelta(minutes=5)


@pytest.mark.clause("C3")
@pytest.mark.servers(PRODUCTION)
def test_health_returns_a_later_time_each_time(send):
    timestamps = [timestamp_of(send("GET", "/health")) for _ in range(20)]

    assert timestamps == sorted(timestamps)


@pytest.mark.clause("C3")
@pytest.mark.servers(PRODUCTION)
def test_timestamp_advances_with_the_clock(send):
    """It is the time of this request, not of an earlier one or of the start."""

    def sample(method, path):
        sent = time.monotonic()
        return timestamp_of(send(method, path)), sent, time.monotonic()

    before = [sample(*request) for request in WITH_TIMESTAMP]
    # a clock that has stopped would differ by this time
    time.sleep(0.15)
    after = [sample(*request) for request in WITH_TIMESTAMP]

    for (first, first_sent, first_received), (last, last_sent, last_received) in zip(before, after, strict=True):
        passed = (last_received - first_received + last_sent - first_sent) / 2
        taken = last_received - last_sent + first_received - first_sent
        assert (last - first).total_seconds() == pytest.approx(passed, abs=0.05 + taken)


# Errors


@pytest.mark.clause("C5")
@pytest.mark.parametrize("path", UNKNOWN_PATHS)
def test_unknown_route_returns_404(send, text_of, path):
    response = send("GET", path)

    expected = error_body(404, "GET", path)
    assert (response.status, response.headers["Content-Type"], text_of(response)) == (404, "application/json", expected)


@pytest.mark.clause("C5")
@pytest.mark.parametrize("method", OTHER_METHODS)
def test_unknown_route_is_a_404_for_any_method(send, text_of, method):
    response = send(method, "/nothing")

    assert (response.status, text_of(response)) == (404, error_body(404, method, "/nothing"))


@pytest.mark.clause("C5")
@pytest.mark.servers(PRODUCTION)
@pytest.mark.parametrize("path", ["/", "/hello/", "/health/"])
@pytest.mark.parametrize("method", OTHER_METHODS)
def test_path_near_an_endpoint_is_a_404_for_any_method(send, text_of, method, path):
    response = send(method, path)

    assert (response.status, text_of(response)) == (404, error_body(404, method, path))


@pytest.mark.clause("C5")
@pytest.mark.parametrize("headers", [{}, {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}])
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_unknown_route_is_a_404_for_head_and_options(send, method, headers):
    assert send(method, "/nothing", headers).status == 404


@pytest.mark.clause("C5")
@pytest.mark.parametrize("path", ["/%ff", "/%c3%28", "/hello%ff"])
def test_path_that_is_not_utf_8_is_a_404(send, path):
    """Each server decodes such bytes in its own way. The rest of the body is the same."""
    response = send("GET", path)

    body = json.loads(response.body)
    assert (response.status, list(body)) == (404, ["status", "error", "message", "path", "method", "timestamp"])
    assert (body["status"], body["message"]) == (404, "The requested resource was not found")


@pytest.mark.clause("C5")
def test_path_is_decoded_before_it_is_compared(send):
    """RFC 3986 §6.2.2.2: ``%68`` is another way to write ``h``."""
    assert send("GET", "/%68ello").body == HELLO


@pytest.mark.clause("C4")
@pytest.mark.servers(PRODUCTION)
@pytest.mark.parametrize(
    ("sent", "path"),
    [("/two%20words", "/two words"), ("/a+b", "/a+b"), ("/%2568ello", "/%68ello"), ("/caf%c3%a9", "/café")],
)
def test_path_of_an_error_is_decoded_once(send, text_of, sent, path):
    assert text_of(send("GET", sent)) == error_body(404, "GET", path)


@pytest.mark.clause("C4")
@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("POST", "/hello", 405)])
def test_path_of_an_error_is_without_the_query(send, text_of, method, path, status):
    assert text_of(send(method, f"{path}?a=1")) == error_body(status, method, path)


@pytest.mark.clause("C4")
@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("POST", "/health")])
def test_timestamp_of_an_error_is_the_current_time(send, method, path):
    timestamp = timestamp_of(send(method, path))

    assert abs(datetime.now(UTC) - timestamp) < timedelta(minutes=5)


@pytest.mark.clause("C6")
@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("method", OTHER_METHODS)
def test_other_method_returns_405(send, text_of, method, path):
    response = send(method, path)

    expected = error_body(405, method, path)
    assert (response.status, response.headers["Content-Type"], text_of(response)) == (405, "application/json", expected)


@pytest.mark.clause("C6")
@pytest.mark.servers(PRODUCTION)
@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("method", OTHER_METHODS)
def test_405_lists_the_allowed_methods(send, method, path):
    """RFC 9110 §15.5.6: a 405 must have ``Allow``."""
    assert allowed_methods(send(method, path)) == {"GET", "HEAD"}


@pytest.mark.clause("C6")
@pytest.mark.servers(PRODUCTION)
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param("application/json", '{"name": ', id="broken JSON"),
        pytest.param("application/json", '{"_method": "GET"}', id="JSON"),
        pytest.param("application/x-www-form-urlencoded", "_method=GET", id="form"),
        pytest.param("multipart/form-data; boundary=b", "--c\r\n", id="broken multipart"),
        pytest.param(";", "x", id="broken type"),
    ],
)
def test_body_of_a_request_changes_nothing(send, text_of, kind, body):
    response = send("POST", "/hello", {"Content-Type": kind}, body)

    assert (response.status, text_of(response)) == (405, error_body(405, "POST", "/hello"))


@pytest.mark.clause("C7")
@pytest.mark.servers(PRODUCTION)
@pytest.mark.parametrize(
    "path",
    ["/%", "/%zz", "/%00", "/%c0%ae", "/hello?%ff", "/hello?a=%", "/hello?a[b]=1&a=2", f"/{'a' * 3000}", "/$&{x}|'*"],
)
def test_odd_path_does_not_lead_to_a_500(send, path):
    assert send("GET", path).status < 500


@pytest.mark.clause("C7")
@pytest.mark.servers(PRODUCTION)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept", ";q=x"),
        ("Accept-Language", "\xff"),
        ("Authorization", "Basic ="),
        ("Content-Type", "application/json; charset=nonsense"),
        ("Cookie", '="; a=%ff'),
        ("If-Modified-Since", "yesterday"),
        ("If-None-Match", '"'),
        ("Origin", "\xff"),
        ("Range", "bytes=9-1,x"),
        ("User-Agent", ""),
        ("X-Forwarded-For", ",,"),
    ],
)
def test_odd_header_does_not_lead_to_a_500(send, name, value):
    assert send("GET", "/hello", {name: value}).status < 500


# Methods


@pytest.mark.clause("C8")
@pytest.mark.parametrize("path", [*ENDPOINTS, "/nothing"])
def test_head_has_the_headers_of_get_and_no_body(send, path):
    names = ["Content-Type", "Content-Length", "Access-Control-Allow-Origin", *SECURITY_HEADERS]
    if path == "/nothing":
        names.remove("Content-Length")  # HEAD is one character longer than GET
    get, head = send("GET", path), send("HEAD", path)

    assert (head.status, head.body) == (get.status, b"")
    assert {name: head.headers.getlist(name) for name in names} == {name: get.headers.getlist(name) for name in names}


@pytest.mark.clause("C9")
@pytest.mark.parametrize("path", ENDPOINTS)
def test_options_returns_200_with_allow_and_no_body(send, path):
    response = send("OPTIONS", path)

    assert (response.status, allowed_methods(response), response.body) == (200, {"GET", "HEAD"}, b"")


@pytest.mark.clause("C9")
@pytest.mark.parametrize("path", ENDPOINTS)
def test_preflight_returns_200_with_allow_and_no_body(send, path):
    response = send("OPTIONS", path, {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"})

    assert (response.status, allowed_methods(response), response.body) == (200, {"GET", "HEAD"}, b"")


# Headers


@pytest.mark.clause("C10")
@pytest.mark.servers(PRODUCTION)
@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_every_response_has_each_security_header_once(send, method, path):
    headers = send(method, path).headers

    assert {name: headers.getlist(name) for name in SECURITY_HEADERS} == {
        name: [value] for name, value in SECURITY_HEADERS.items()
    }


@pytest.mark.clause("C12")
@pytest.mark.servers(PRODUCTION)
@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_every_response_can_be_read_by_any_origin(send, method, path):
    response = send(method, path, {"Origin": "https://stranger.example"})

    assert response.headers.getlist("Access-Control-Allow-Origin") == ["*"]
