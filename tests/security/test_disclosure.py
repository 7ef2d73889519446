"""What a response must not disclose: an exception, a path of the machine, a version, a file of the project."""

import json
import re

import pytest

from tests.contract import ENDPOINTS, REQUESTS
from tests.support.processes import PRODUCTION

pytestmark = [pytest.mark.security, pytest.mark.servers(PRODUCTION)]

VERSION = re.compile(
    r"[a-z][/( -]*v?\d+\.\d"  # Werkzeug/3.1, Jetty(9.4), Ruby3.2
    r"|[a-z]{2,}[/ ]v?\d"  # Express/5, PHP 8
    r"|^v?\d+\.\d",  # X-AspNet-Version: 4.0.30319
    re.IGNORECASE,
)
DATES = {"date", "expires", "last-modified"}
PROTOCOL = {"via", "upgrade", "alt-svc"}  # these have the version of the protocol: Via: 1.1 proxy (RFC 9110 §7.6.3)


@pytest.mark.clause("C11")
@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_no_header_names_a_product_with_its_version(send, method, path):
    headers = [(name, value) for name, value in send(method, path).headers if name.lower() not in DATES | PROTOCOL]

    assert [f"{name}: {value}" for name, value in headers if VERSION.search(value)] == []


@pytest.mark.clause("C5")
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
    response = send("GET", path)

    assert (response.status, response.headers["Content-Type"]) == (404, "application/json")
    assert json.loads(response.body)["error"] == "Not Found"


@pytest.mark.clause("C5")
@pytest.mark.parametrize("path", ["/../app.py", "/..%2fapp.py", "/%2e%2e/app.py", "/hello/../app.py"])
def test_dots_lead_to_no_file(send, path):
    """A proxy in front of the server can refuse such a path in its own words."""
    response = send("GET", path)

    assert response.status in {400, 403, 404}
    assert b"create_app" not in response.body


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
def test_response_discloses_nothing_about_an_exception(app, client, error):
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/crash")
    def crash():
        raise error

    response = client.get("/crash")

    assert response.status_code == 500
    assert "hunter2" not in f"{response.status} {response.headers}"
    found = [word for word in ("hunter2", type(error).__name__, "Traceback", "/", ".py") if word in response.text]
    assert found == []


@pytest.mark.clause("C6")
@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
@pytest.mark.parametrize(
    ("sent", "claimed", "status"), [("POST", "GET", 405), ("POST", "PUT", 405), ("GET", "DELETE", 200)]
)
def test_method_cannot_be_overridden(send, sent, claimed, status, name, path):
    response = send(sent, path, {name: claimed})

    assert response.status == status
    assert claimed.encode() not in response.body


@pytest.mark.clause("C6")
@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("query", ["_method=GET", "_method=PUT", "method=GET", "x-http-method-override=GET"])
def test_query_does_not_override_the_method(send, query, path):
    response = send("POST", f"{path}?{query}", {"Content-Type": "application/x-www-form-urlencoded"}, query)

    assert (response.status, json.loads(response.body)["method"]) == (405, "POST")


@pytest.mark.clause("C4")
@pytest.mark.parametrize("path", ["/hello", "/nothing"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-For", "evil.example"),
        ("X-Forwarded-Proto", "evil"),
        ("X-Forwarded-Prefix", "/evil"),
        ("Forwarded", "host=evil.example"),
        ("X-Original-URL", "/evil"),
        ("X-Rewrite-URL", "/evil"),
    ],
)
def test_claims_about_the_request_change_nothing(send, path, name, value):
    plain, response = send("GET", path), send("GET", path, {name: value})

    assert (response.status, len(response.body)) == (plain.status, len(plain.body))
    assert "evil" not in str(response)


@pytest.mark.parametrize("path", ["/hello", "/nothing"])
def test_host_is_not_repeated(send, path):
    """An attacker chooses it, so a link that is made of it leads to the attacker. The contract does not forbid it."""
    assert "evil" not in str(send("GET", path, {"Host": "evil.example"}))
