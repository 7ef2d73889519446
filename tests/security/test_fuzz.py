"""Hypothesis searches for a request that breaks the contract."""

import io
import json
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app import create_app
from tests.contract import HELLO, METHODS, SECURITY_HEADERS
from tests.support.client import call

pytestmark = pytest.mark.security

APP = create_app()  # for all examples: Hypothesis refuses a fixture that is not new for each of them
TOKEN = st.text(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~", min_size=1)  # RFC 9110 §5.6.2
BYTES = st.binary().map(lambda octets: octets.decode("latin-1"))  # as PEP 3333 has them in an environ

fuzz = settings(max_examples=50, deadline=None)  # the machine can be busy


def response_to(method="GET", path="/hello", **environ):
    """Status, headers and body of the response to a request that can have any bytes."""
    status, headers, content = call(APP, method, path, **environ)
    return int(status[:3]), headers, content


def assert_contract(status, headers, content, method):
    for name, value in SECURITY_HEADERS.items():
        assert [v for n, v in headers if n == name] == [value]
    assert [v for n, v in headers if n == "Access-Control-Allow-Origin"] == ["*"]
    assert status in {200, 400, 404, 405}
    if method == "HEAD" or (method == "OPTIONS" and status == 200):
        assert content == b""
        return
    assert ("Content-Type", "application/json") in headers
    body = json.loads(content)
    if status != 200:
        assert list(body) == ["status", "error", "message", "path", "method", "timestamp"]
        assert (body["status"], body["method"]) == (status, method)


@fuzz
@given(path=BYTES.map(lambda text: "/" + text))
@example("/hello")
@example("/%")
@example("/\0")
def test_any_path_keeps_the_contract(path):
    assert_contract(*response_to(path=path), "GET")


@fuzz
@given(method=TOKEN)
@example("GET")
@example("get")
def test_any_method_keeps_the_contract(method):
    """Methods are case-sensitive (RFC 9110 §9.1); Werkzeug treats ``get`` as ``GET`` anyway."""
    status, headers, content = response_to(method)

    assert status == (200 if method.upper() in METHODS else 405)
    assert_contract(status, headers, content, method.upper())


@fuzz
@given(query=BYTES)
def test_any_query_is_ignored(query):
    status, _, content = response_to(QUERY_STRING=query)

    assert (status, content) == (200, HELLO)


@fuzz
@given(headers=st.dictionaries(TOKEN.map(lambda name: "HTTP_" + name.upper().replace("-", "_")), BYTES))
@example({"HTTP_HOST": ""})
@example({"HTTP_UPGRADE": "websocket", "HTTP_CONNECTION": "upgrade"})
@example({"HTTP_ORIGIN": "\xff", "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "\xff"})
@example({"HTTP_COOKIE": '"'})
@example({"HTTP_IF_NONE_MATCH": "*", "HTTP_RANGE": "bytes=0-1"})
def test_any_headers_keep_the_contract(headers):
    status, _, content = response = response_to(**headers)

    assert_contract(*response, "GET")
    assert status == 400 or content == HELLO


@fuzz
@given(length=BYTES, kind=BYTES, body=st.binary())
def test_any_body_keeps_the_contract(length, kind, body):
    response = response_to("POST", CONTENT_LENGTH=length, CONTENT_TYPE=kind, **{"wsgi.input": io.BytesIO(body)})

    assert_contract(*response, "POST")
