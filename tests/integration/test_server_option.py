"""``pytest --server URL``: a server that cannot be tested ends the run in one line, before the first test."""

import re
import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager

import pytest

from tests.support import server_option

pytestmark = pytest.mark.integration


@contextmanager
def serving(response=None, wrap=lambda connection: connection):
    """The port of a server that sends the same bytes to its one client, or nothing."""

    def serve():
        connection, _ = listener.accept()
        with connection:
            try:
                connection = wrap(connection)
                connection.recv(65536)
                connection.sendall(response) if response else connection.recv(1)
            except OSError:  # the client has closed the connection, as it should
                pass

    with socket.create_server(("localhost", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    "url",
    ["localhost:3000", "ftp://localhost", "http://", "http://localhost:x", "http://[::1", "/hello", "http://a/?b=c"],
)
def test_text_that_is_not_a_url_is_refused(url):
    assert server_option.refusal(url) == "not a URL such as http://localhost:3000"


def test_port_on_which_no_server_listens_is_refused():
    with socket.create_server(("localhost", 0)) as listener:
        port = listener.getsockname()[1]

    assert re.fullmatch(r"no response: [^\n]*refused[^\n]*", server_option.refusal(f"http://localhost:{port}"))


def test_host_that_does_not_exist_is_refused():
    assert re.fullmatch(r"no response: [^\n]+", server_option.refusal("http://nothing.invalid"))


def test_server_that_hangs_is_refused(monkeypatch):
    monkeypatch.setattr(server_option, "PROBE_TIMEOUT", 0.05)

    with serving() as port:
        assert server_option.refusal(f"http://localhost:{port}") == "no response within 0.05 seconds"


def test_server_of_another_protocol_is_refused():
    with serving(b"220 mail.example ESMTP\r\n") as port:
        assert re.fullmatch(r"no response: [^\n]+", server_option.refusal(f"http://localhost:{port}"))


def test_redirect_is_refused_and_shown():
    with serving(b"HTTP/1.1 301 Moved\r\nLocation: https://b.example/\r\nContent-Length: 0\r\n\r\n") as port:
        assert server_option.refusal(f"http://localhost:{port}") == (
            "it redirects to https://b.example/, so pass that URL if it belongs to the server"
        )


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_certificate_that_is_not_trusted_is_refused(tmp_path):
    request = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout key -out cert"
    )
    subprocess.run(["openssl", *request.split()], cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")

    with serving(b"", lambda connection: context.wrap_socket(connection, server_side=True)) as port:
        reason = server_option.refusal(f"https://localhost:{port}")

    assert reason == "its certificate is not trusted: self-signed certificate"


def test_wrong_prefix_is_refused():
    with serving(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") as port:
        assert server_option.refusal(f"http://localhost:{port}") == (
            "its /hello is a 404, so add the prefix if it has one, such as /api"
        )


@pytest.mark.parametrize("status", [200, 500])
def test_server_that_responds_is_accepted(status):
    """The tests judge the response."""
    with serving(f"HTTP/1.1 {status} \r\nContent-Length: 0\r\n\r\n".encode()) as port:
        assert server_option.refusal(f"http://localhost:{port}/api/") is None
