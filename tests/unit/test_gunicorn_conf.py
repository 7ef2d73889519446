"""The settings of a plain ``gunicorn wsgi:application``."""

import runpy

import pytest

import wsgi
from tests.support.processes import ROOT

pytestmark = pytest.mark.unit


def conf():
    return runpy.run_path(str(ROOT / "gunicorn.conf.py"))


def test_gunicorn_binds_to_host_and_port(monkeypatch):
    monkeypatch.setattr(wsgi, "address", wsgi.Address("::1", 1234))

    assert conf()["bind"] == "[::1]:1234"


def test_graceful_stop_is_over_before_a_container_is_killed():
    """Docker kills a container ten seconds after SIGTERM, Kubernetes after thirty."""
    assert 0 < conf()["graceful_timeout"] < 10


def test_worker_has_threads():
    """A worker without threads serves one connection at a time, even if its client is silent."""
    assert conf()["threads"] > 1


def test_gunicorn_opens_no_control_socket():
    """It would be a file in the home directory of the user who starts the server."""
    assert conf()["control_socket_disable"] is True
