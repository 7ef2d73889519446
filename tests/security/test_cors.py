"""The rights of a page from another origin, which the browser enforces (Fetch standard, "CORS protocol")."""

import pytest

from tests.contract import ENDPOINTS, METHODS, REQUESTS
from tests.support.processes import PRODUCTION

pytestmark = [pytest.mark.security, pytest.mark.servers(PRODUCTION)]

ORIGINS = ["https://stranger.example", "http://localhost:3000", "null", "https://stranger.example:8443", "garbage"]
SAFELISTED = {"accept", "accept-language", "content-language", "content-type", "range"}


def cors(headers):
    """The headers of the CORS protocol, as a browser reads them."""
    return {name.lower(): value for name, value in headers if name.lower().startswith("access-control-")}


def items(value):
    return {item.strip() for item in value.split(",") if item.strip()}


def preflight(method, headers=None):
    """The headers with which a browser first finds out whether it may send the real request."""
    sent = {"Origin": "https://stranger.example", "Access-Control-Request-Method": method}
    return sent if headers is None else sent | {"Access-Control-Request-Headers": headers}


@pytest.mark.clause("C12")
@pytest.mark.parametrize("path", ["/hello", "/nothing"])
@pytest.mark.parametrize("origin", ORIGINS)
def test_any_origin_gets_a_literal_star(send, origin, path):
    """A server that repeats the origin can also allow credentials, and a browser refuses these with a star."""
    assert send("GET", path, {"Origin": origin}).headers.getlist("Access-Control-Allow-Origin") == ["*"]


def test_star_is_also_sent_without_an_origin(send):
    """A cache could otherwise keep a response that no other origin may read. Other servers may leave it out."""
    assert send("GET", "/hello").headers.getlist("Access-Control-Allow-Origin") == ["*"]


@pytest.mark.clause("C12")
@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_preflight_lists_the_allowed_methods(send, method, path):
    headers = cors(send("OPTIONS", path, preflight(method)).headers)

    assert headers["access-control-allow-origin"] == "*"
    assert items(headers["access-control-allow-methods"]) == METHODS


@pytest.mark.clause("C12")
@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "POST"])
def test_preflight_for_any_other_method_is_refused(send, method, path):
    headers = cors(send("OPTIONS", path, preflight(method)).headers)

    assert items(headers.get("access-control-allow-methods", "")) - METHODS == set()


@pytest.mark.clause("C12")
@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("requested", ["Authorization", "X-Requested-With", "Content-Type, Authorization", "*"])
def test_preflight_allows_only_safelisted_request_headers(send, requested, path):
    headers = cors(send("OPTIONS", path, preflight("GET", requested)).headers)

    assert {name.lower() for name in items(headers.get("access-control-allow-headers", ""))} - SAFELISTED == set()


@pytest.mark.clause("C12")
@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_credentials_are_never_allowed(send, method, path):
    headers = preflight("GET") if method == "OPTIONS" else {"Origin": "https://stranger.example", "Cookie": "session=1"}
    response = send(method, path, headers)

    assert response.headers.getlist("Access-Control-Allow-Credentials") in ([], ["false"])
