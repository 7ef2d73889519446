"""The headers of the contract: once in every response, and never over a view's own."""

import pytest

from app import create_app
from tests.contract import SECURITY_HEADERS

pytestmark = pytest.mark.unit


@pytest.fixture
def app():
    app = create_app({"PROPAGATE_EXCEPTIONS": False})
    app.add_url_rule("/crash", "crash", lambda: 1 / 0)
    return app


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/hello", 200),
        ("GET", "/health", 200),
        ("GET", "/nothing", 404),
        ("POST", "/hello", 405),
        ("GET", "/crash", 500),
        ("HEAD", "/hello", 200),
        ("OPTIONS", "/hello", 200),
    ],
)
def test_every_response_has_each_security_header_once(client, method, path, status):
    response = client.open(path, method=method)

    assert response.status_code == status
    assert {name: response.headers.getlist(name) for name in SECURITY_HEADERS} == {
        name: [value] for name, value in SECURITY_HEADERS.items()
    }


@pytest.mark.parametrize("name", [*SECURITY_HEADERS, "x-frame-options"])
def test_header_from_a_view_is_kept(app, client, name):
    """Names of headers are case-insensitive (RFC 9110 §5.1)."""
    app.add_url_rule("/own", "own", lambda: ("", {name: "mine"}))

    assert client.get("/own").headers.getlist(name) == ["mine"]


@pytest.mark.parametrize("path", ["/hello", "/health"])
def test_head_has_the_headers_of_get_and_no_body(client, path):
    get, head = client.get(path), client.head(path)

    assert (head.status_code, head.data) == (get.status_code, b"")
    assert head.headers == get.headers


@pytest.mark.parametrize("path", ["/hello", "/health"])
def test_options_returns_200_with_allow_and_no_body(client, path):
    response = client.options(path)

    assert (response.status_code, response.data) == (200, b"")
    assert set(response.allow) == {"GET", "HEAD", "OPTIONS"}
