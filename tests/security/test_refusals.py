"""Settings that would be unsafe are refused."""

import os

import pytest

from app import PLACEHOLDER, ConfigurationError, create_app
from wsgi import Address

pytestmark = pytest.mark.security


@pytest.mark.parametrize(
    ("environ", "refused"),
    [
        pytest.param({"FLASK_DEBUG": "1", "FLASK_ENV": "production"}, "FLASK_DEBUG", id="debug in production"),
        pytest.param({"FLASK_DEBUG": "1", "HOST": "0.0.0.0"}, "HOST", id="debug on every interface"),
        pytest.param({"SECRET_KEY": PLACEHOLDER, "FLASK_ENV": "production"}, "SECRET_KEY", id="placeholder"),
    ],
)
def test_unsafe_start_is_refused(monkeypatch, environ, refused):
    for variable, value in environ.items():
        monkeypatch.setenv(variable, value)

    with pytest.raises(ConfigurationError, match=f"^{refused}"):
        Address.from_environ(os.environ, debug=create_app().debug)


def test_production_starts_without_a_secret(monkeypatch):
    """This application opens no session. If it did, Flask would raise an error for want of a key."""
    monkeypatch.setenv("FLASK_ENV", "production")

    assert create_app().secret_key is None
