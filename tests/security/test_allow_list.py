"""Our server with a list of origins: these may read a response, and no others."""

import pytest

from app import create_app

pytestmark = pytest.mark.security

ALLOWED = ["https://app.example", "http://[::1]:8080"]


def cors(headers):
    """The headers of the CORS protocol, as a browser reads them."""
    return {name.lower(): value for name, value in headers if name.lower().startswith("access-control-")}


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
    sent = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    headers = allow_list.open("/hello", method=method, headers=sent).headers

    assert cors(headers) == {}


def test_allow_list_may_be_written_in_capitals():
    """A browser sends the scheme and the host in small letters, even if the address has capitals (RFC 6454 §4)."""
    client = create_app({"CORS_ORIGINS": ["HTTPS://App.Example"]}).test_client()

    headers = client.get("/hello", headers={"Origin": "https://app.example"}).headers

    assert cors(headers) == {"access-control-allow-origin": "https://app.example"}


def test_allow_list_is_not_shown_without_an_origin(allow_list):
    assert cors(allow_list.get("/hello").headers) == {}
