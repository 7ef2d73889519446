"""What a client sees of an error, and what only the log has."""

import logging
import re

import pytest
from flask import abort

from app import create_app
from tests.contract import TIMESTAMP

pytestmark = pytest.mark.unit


@pytest.fixture
def app():
    """One view raises an exception, the other calls ``abort``.

    With ``TESTING`` or debug mode on, Flask raises an unhandled exception again. The setting prevents that.
    """
    app = create_app({"PROPAGATE_EXCEPTIONS": False})

    @app.get("/crash")
    def crash():
        raise RuntimeError("the password is hunter2")

    @app.post("/abort/<int:status>")
    def aborting(status):
        abort(status)

    return app


def assert_body(response, pattern):
    assert response.content_type == "application/json"
    assert re.fullmatch(pattern.replace("TIMESTAMP", f'"timestamp": "{TIMESTAMP}"') + r"\n", response.text), (
        response.text
    )


def test_unknown_route_returns_404(client):
    response = client.get("/nothing")

    assert response.status_code == 404
    assert_body(
        response,
        '{"status": 404, "error": "Not Found", "message": "The requested resource was not found", '
        '"path": "/nothing", "method": "GET", TIMESTAMP}',
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_405_names_the_method_that_was_used(client, method):
    response = client.open("/hello", method=method)

    assert response.status_code == 405
    assert_body(
        response,
        f'{{"status": 405, "error": "Method Not Allowed", '
        f'"message": "The {method} method is not allowed for this endpoint", '
        f'"path": "/hello", "method": "{method}", TIMESTAMP}}',
    )


def test_405_lists_the_allowed_methods(client):
    """RFC 9110 §15.5.6: a response of 405 must have ``Allow``."""
    response = client.post("/health")

    assert set(response.allow) == {"GET", "HEAD", "OPTIONS"}


def test_500_says_nothing_about_the_exception(client):
    response = client.get("/crash")

    assert response.status_code == 500
    assert_body(
        response,
        '{"status": 500, "error": "Internal Server Error", "message": "An internal server error occurred", TIMESTAMP}',
    )


def test_500_is_logged_once_with_its_traceback(client, caplog):
    client.get("/crash")

    [record] = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "Exception on /crash [GET]")
    assert "hunter2" in str(record.exc_info[1])


def test_abort_with_500_has_the_body_of_a_crash(client):
    assert_body(
        client.post("/abort/500"),
        '{"status": 500, "error": "Internal Server Error", "message": "An internal server error occurred", TIMESTAMP}',
    )


@pytest.mark.parametrize(
    ("status", "name", "message"),
    [
        (400, "Bad Request", "The browser (or proxy) sent a request that this server could not understand."),
        (413, "Request Entity Too Large", "The data value transmitted exceeds the capacity limit."),
        (
            415,
            "Unsupported Media Type",
            "The server does not support the media type transmitted in the request.",
        ),
    ],
)
def test_any_other_error_has_werkzeugs_description(client, status, name, message):
    response = client.post(f"/abort/{status}")

    assert response.status_code == status
    assert_body(
        response,
        f'{{"status": {status}, "error": "{name}", "message": "{re.escape(message)}", '
        f'"path": "/abort/{status}", "method": "POST", TIMESTAMP}}',
    )


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Connection": "Upgrade", "Upgrade": "websocket"}, id="websocket"),
        pytest.param({"Host": "a" * 300}, id="over-long Host"),
    ],
)
def test_400_from_flask_itself_is_json(client, headers):
    response = client.get("/hello", headers=headers)

    assert (response.status_code, response.json["error"]) == (400, "Bad Request")


def test_redirect_is_not_changed(app, client):
    """Flask raises a 308 as an ``HTTPException``, too, and it is no error."""
    app.add_url_rule("/folder/", view_func=lambda: "")

    response = client.get("/folder")

    assert (response.status_code, response.headers["Location"]) == (308, "http://localhost/folder/")


def test_debug_mode_leaves_a_crash_to_the_debugger():
    app = create_app({"DEBUG": True})
    app.add_url_rule("/crash", view_func=lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        app.test_client().get("/crash")
