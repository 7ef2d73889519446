"""PEP 3333 without a server: ``application(environ, start_response)``."""

import runpy
import signal
from wsgiref.validate import validator

import pytest

from tests.contract import HELLO
from tests.support.client import call
from tests.support.processes import ROOT
from wsgi import application

pytestmark = pytest.mark.unit


def test_application_is_called_with_environ_and_start_response():
    status, headers, content = call(application)

    assert (status, dict(headers)["Content-Length"], content) == ("200 OK", "27", HELLO)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/hello", "200 OK"),
        ("GET", "/health", "200 OK"),
        ("HEAD", "/hello", "200 OK"),
        ("OPTIONS", "/hello", "200 OK"),
        ("GET", "/nothing", "404 NOT FOUND"),
        ("POST", "/hello", "405 METHOD NOT ALLOWED"),
    ],
)
def test_application_complies_with_pep_3333(method, path, status):
    """The standard library's validator raises if an application breaks the protocol."""
    assert call(validator(application), method, path)[0] == status


@pytest.mark.parametrize("path", ["/hello/", "/hello//", "/HELLO", "/hello.json", ""])
def test_path_that_is_almost_a_route_is_a_404(path):
    """A redirect would put the client's ``Host`` into ``Location``."""
    assert call(application, path=path)[0] == "404 NOT FOUND"


def test_importing_wsgi_installs_no_signal_handler_and_prints_nothing(capsys):
    """gunicorn imports the module and has its own signal handlers."""
    before = [signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)]

    runpy.run_path(str(ROOT / "wsgi.py"), run_name="wsgi")

    assert [signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)] == before
    assert capsys.readouterr() == ("", "")
