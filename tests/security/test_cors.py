"""What a page of another origin may do, seen from the browser that enforces it (Fetch standard, "CORS protocol")."""

import pytest

from app import create_app
from tests.contract import METHODS
from tests.support.processes import PRODUCTION

pytestmark = [pytest.mark.security, pytest.mark.servers(PRODUCTION)]

ORIGINS = ["https://stranger.example", "http://localhost:3000", "null", "https://stranger.example:8443", "garbage"]
SAFELISTED = {"accept", "accept-language", "content-language", "content-type", "range"}
ALLOWED = ["https://app.example", "http://[::1]:8080"]


def cors(headers):
    """The headers of the CORS protocol, as a browser reads them."""
    return {name.lower(): value for name, value in headers if name.lower().startswith("access-control-")}


def items(value):
    return {item.strip() for item in value.split(",") if item.strip()}


def preflight(method, origin="https://stranger.example", headers=None):
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    return asked if headers is None else asked | {"Access-Control-Request-Headers": headers}


@pytest.mark.parametrize("origin", ORIGINS)
def test_any_origin_gets_a_literal_star(send, origin):
    """Never the origin reflected: that would allow credentials the day somebody adds them."""
    assert send("GET", "/hello", {"Origin": origin}).headers.getlist("Access-Control-Allow-Origin") == ["*"]


def test_star_is_there_without_an_origin_too(send):
    """So that a cache in between cannot keep an answer that lacks it."""
    assert send("GET", "/hello").headers.getlist("Access-Control-Allow-Origin") == ["*"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_preflight_allows_the_methods_that_there_are(send, method):
    headers = cors(send("OPTIONS", "/hello", preflight(method)).headers)

    assert headers["access-control-allow-origin"] == "*"
    assert items(headers["access-control-allow-methods"]) == METHODS


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "POST"])
def test_preflight_for_any_other_method_is_refused(send, method):
    headers = cors(send("OPTIONS", "/hello", preflight(method)).headers)

    assert items(headers.get("access-control-allow-methods", "")) <= METHODS


@pytest.mark.parametrize("asked", ["Authorization", "X-Requested-With", "Content-Type, Authorization", "*"])
def test_preflight_allows_no_request_header_but_the_safelisted(send, asked):
    headers = cors(send("OPTIONS", "/hello", preflight("GET", headers=asked)).headers)

    assert {name.lower() for name in items(headers.get("access-control-allow-headers", ""))} <= SAFELISTED


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_credentials_are_never_allowed(send, method):
    answer = send(method, "/hello", preflight("GET") | {"Cookie": "session=1"})

    assert "access-control-allow-credentials" not in cors(answer.headers)


@pytest.fixture
def allow_list():
    return create_app({"CORS_ORIGINS": ALLOWED}).test_client()


@pytest.mark.parametrize("origin", ALLOWED)
def test_origin_on_the_allow_list_may_read(allow_list, origin):
    headers = allow_list.get("/hello", headers={"Origin": origin}).headers

    assert cors(headers) == {"access-control-allow-origin": origin}
    assert headers["Vary"] == "Origin"


@pytest.mark.parametrize(
    "origin",
    [
        "https://stranger.example",
        "null",
        "http://app.example",
        "https://app.example:444",
        "https://app.example.evil.example",
        "https://appXexample",
        "https://evil.example/https://app.example",
        "https://app.example, https://evil.example",
        "http://:8080",
        "*",
    ],
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_origin_off_the_allow_list_may_not(allow_list, method, origin):
    headers = allow_list.open("/hello", method=method, headers=preflight("GET", origin)).headers

    assert cors(headers) == {}


def test_allow_list_may_be_written_in_capitals():
    """A browser sends scheme and host in small letters, however the page's address was typed (RFC 6454 §4)."""
    client = create_app({"CORS_ORIGINS": ["HTTPS://App.Example"]}).test_client()

    headers = client.get("/hello", headers={"Origin": "https://app.example"}).headers

    assert cors(headers) == {"access-control-allow-origin": "https://app.example"}


def test_allow_list_is_not_told_to_who_did_not_ask(allow_list):
    assert cors(allow_list.get("/hello").headers) == {}
