"""What no answer may tell: an exception, a path of the machine, a version, a file of the project."""

import re

import pytest

from app import create_app
from tests.support.processes import PRODUCTION

pytestmark = [pytest.mark.security, pytest.mark.servers(PRODUCTION)]

METHODS_AND_PATHS = [
    ("GET", "/hello"),
    ("GET", "/health"),
    ("GET", "/nothing"),
    ("POST", "/hello"),
    ("OPTIONS", "/hello"),
]


@pytest.mark.parametrize(("method", "path"), METHODS_AND_PATHS)
def test_no_header_carries_a_version(send, method, path):
    """Dates and lengths have digits, too; a version has a dot between them."""
    headers = send(method, path).headers
    headers.remove("Via")  # it has the version of the protocol, by RFC 9110 §7.6.3

    assert [(name, value) for name, value in headers if re.search(r"\d\.\d", value)] == []


@pytest.mark.parametrize(
    "path",
    [
        "/.env",
        "/.env.example",
        "/.git/config",
        "/app.py",
        "/wsgi.py",
        "/requirements.txt",
        "/console",
        "/static/app.py",
        "/?__debugger__=yes&cmd=resource&f=debugger.js",
    ],
)
def test_no_file_and_no_console_is_served(send, path):
    answer = send("GET", path)

    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/json")
    assert answer.body.startswith(b'{"status": 404, "error": "Not Found", ')


@pytest.mark.parametrize("path", ["/../app.py", "/..%2fapp.py", "/%2e%2e/app.py", "/hello/../app.py"])
def test_dots_lead_nowhere(send, path):
    """A proxy in front may refuse such a path in words of its own."""
    answer = send("GET", path)

    assert 400 <= answer.status < 500
    assert b"create_app" not in answer.body


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("password=hunter2"),
        FileNotFoundError(2, "No such file", "/etc/hunter2"),
        KeyError("hunter2"),
        UnicodeDecodeError("utf-8", b"hunter2", 0, 1, "hunter2"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_nothing_of_an_exception_is_told(error):
    app = create_app({"PROPAGATE_EXCEPTIONS": False})

    @app.get("/crash")
    def crash():
        raise error

    answer = app.test_client().get("/crash")

    told = f"{answer.status} {answer.headers} {answer.text}"
    assert answer.status_code == 500
    assert [word for word in ("hunter2", type(error).__name__, "Traceback", "/", ".py") if word in answer.text] == []
    assert "hunter2" not in told


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_method_cannot_be_overridden(send, method, name):
    plain, overridden = send(method, "/hello"), send(method, "/hello", {name: "DELETE"})

    assert overridden.status == plain.status
    assert b"DELETE" not in overridden.body


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Host": "evil.example"}, id="Host"),
        pytest.param({"X-Forwarded-Host": "evil.example"}, id="X-Forwarded-Host"),
        pytest.param({"X-Forwarded-For": "evil.example"}, id="X-Forwarded-For"),
        pytest.param({"X-Forwarded-Proto": "evil"}, id="X-Forwarded-Proto"),
        pytest.param({"X-Forwarded-Prefix": "/evil"}, id="X-Forwarded-Prefix"),
        pytest.param({"Forwarded": "host=evil.example"}, id="Forwarded"),
        pytest.param({"X-Original-URL": "/evil"}, id="X-Original-URL"),
        pytest.param({"X-Rewrite-URL": "/evil"}, id="X-Rewrite-URL"),
    ],
)
@pytest.mark.parametrize("path", ["/hello", "/nothing"])
def test_claims_about_the_request_change_nothing(send, path, headers):
    plain, claimed = send("GET", path), send("GET", path, headers)

    assert claimed.status == plain.status
    assert len(claimed.body) == len(plain.body)
    assert "evil" not in str(claimed)
