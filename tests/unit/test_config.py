"""The environment variables of the application: the accepted values, and the refusal of all others."""

import pytest

from app import PLACEHOLDER, Config, ConfigurationError, create_app
from tests.support.processes import ROOT

pytestmark = pytest.mark.unit


def refusal(**environ):
    with pytest.raises(ConfigurationError) as caught:
        Config.from_environ(environ)
    return caught.value.message


def test_empty_environment_gives_the_defaults():
    assert Config.from_environ({}) == Config(ENV="development", DEBUG=False, SECRET_KEY=None, CORS_ORIGINS=("*",))


def test_config_is_frozen():
    with pytest.raises(AttributeError):
        Config.from_environ({}).DEBUG = True


@pytest.mark.parametrize("value", ["development", "production", "testing"])
def test_flask_env_can_be_one_of_three_names(value):
    assert Config.from_environ({"FLASK_ENV": value}).ENV == value


@pytest.mark.parametrize("value", ["", "prod", "Production", " production", "staging"])
def test_any_other_flask_env_is_refused(value):
    assert refusal(FLASK_ENV=value) == (
        f"FLASK_ENV={value!r} is refused: it must be one of development, production, testing"
    )


@pytest.mark.parametrize("value", ["true", "1", "yes", "on", "TRUE", "True", "YES", "oN"])
def test_flask_debug_is_on(value):
    assert Config.from_environ({"FLASK_DEBUG": value}).DEBUG is True


@pytest.mark.parametrize("value", ["false", "0", "no", "off", "FALSE", "False", "NO", "Off"])
def test_flask_debug_is_off(value):
    """Flask itself would read ``off`` as on, because it knows only ``0``, ``false`` and ``no``."""
    assert Config.from_environ({"FLASK_DEBUG": value}).DEBUG is False


@pytest.mark.parametrize("value", ["", "2", "y", "enabled", "true "])
def test_any_other_flask_debug_is_refused(value):
    assert refusal(FLASK_DEBUG=value) == (
        f"FLASK_DEBUG={value!r} is refused: it must be one of true, 1, yes, on, false, 0, no, off"
    )


def test_debug_in_production_is_refused():
    assert refusal(FLASK_ENV="production", FLASK_DEBUG="1") == (
        "FLASK_DEBUG='1' is refused: with FLASK_ENV=production, it must be off"
    )


@pytest.mark.parametrize("value", ["", "123456", "p4ss w0rd", "ключ"])
def test_secret_key_can_be_any_text(value):
    assert Config.from_environ({"SECRET_KEY": value}).SECRET_KEY == value


def test_placeholder_is_refused_in_production_and_not_shown():
    message = refusal(FLASK_ENV="production", SECRET_KEY=PLACEHOLDER)

    assert message == (
        "SECRET_KEY is refused: with FLASK_ENV=production, it must not be the placeholder of .env.example"
    )
    assert PLACEHOLDER not in message


def test_placeholder_is_accepted_in_development():
    assert Config.from_environ({"SECRET_KEY": PLACEHOLDER}).SECRET_KEY == PLACEHOLDER


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("*", ("*",), id="any"),
        pytest.param("https://a.example", ("https://a.example",), id="one"),
        pytest.param("https://a.example, http://b:8080", ("https://a.example", "http://b:8080"), id="two"),
        pytest.param("http://[::1]:3000", ("http://[::1]:3000",), id="IPv6"),
        pytest.param("http://[fe80::1]", ("http://[fe80::1]",), id="IPv6 with letters"),
        pytest.param("http://127.0.0.1", ("http://127.0.0.1",), id="IPv4"),
        pytest.param("http://a.example:65535", ("http://a.example:65535",), id="port of five digits"),
        pytest.param("https://my-app.example", ("https://my-app.example",), id="hyphen"),
        pytest.param("HTTPS://App.Example", ("HTTPS://App.Example",), id="capitals"),
        pytest.param("chrome-extension://abc", ("chrome-extension://abc",), id="scheme with a hyphen"),
    ],
)
def test_cors_origins_can_be_a_list_of_origins(value, expected):
    assert Config.from_environ({"CORS_ORIGINS": value}).CORS_ORIGINS == expected


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="empty"),
        pytest.param("null", id="null"),
        pytest.param("a.example", id="no scheme"),
        pytest.param("https://", id="no host"),
        pytest.param("http://[]", id="empty brackets"),
        pytest.param("https://a.example:", id="no port after the colon"),
        pytest.param("https://a:123456", id="port of six digits"),
        pytest.param("https://a.example/", id="path"),
        pytest.param("https://u@a.example", id="user"),
        pytest.param("https://*.a.example", id="pattern"),
        pytest.param("https://a.example,", id="trailing comma"),
        pytest.param("https://a.example https://b.example", id="space"),
        pytest.param("*, https://a.example", id="star and an origin"),
        pytest.param("https://a.example\nX: y", id="newline"),
        pytest.param("https://ä.example", id="not ASCII"),
    ],
)
def test_any_other_cors_origins_is_refused(value):
    assert refusal(CORS_ORIGINS=value) == (
        f"CORS_ORIGINS={value!r} is refused: it must be * or origins such as https://app.example,http://b:8080"
    )


def test_config_reaches_the_app(monkeypatch):
    monkeypatch.setenv("FLASK_ENV", "testing")
    monkeypatch.setenv("FLASK_DEBUG", "on")
    monkeypatch.setenv("SECRET_KEY", "s3cret")
    monkeypatch.setenv("CORS_ORIGINS", "https://a.example")

    config = create_app().config

    assert {name: config[name] for name in ("ENV", "DEBUG", "SECRET_KEY", "CORS_ORIGINS", "TESTING")} == {
        "ENV": "testing",
        "DEBUG": True,
        "SECRET_KEY": "s3cret",
        "CORS_ORIGINS": ("https://a.example",),
        "TESTING": False,
    }


def test_example_file_lists_each_variable_with_its_default():
    lines = ROOT.joinpath(".env.example").read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if line and not line.startswith("#")] == [
        "HOST=localhost",
        "PORT=3000",
        "FLASK_ENV=development",
        "FLASK_DEBUG=false",
        f"SECRET_KEY={PLACEHOLDER}",
        "CORS_ORIGINS=*",
    ]
