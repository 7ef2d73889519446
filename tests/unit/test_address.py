"""``HOST`` and ``PORT``: what each takes, and how it is refused."""

import pytest

from app import ConfigurationError
from wsgi import Address

pytestmark = pytest.mark.unit


def refusal(*, debug=False, **environ):
    with pytest.raises(ConfigurationError) as caught:
        Address.from_environ(environ, debug=debug)
    return caught.value.message


def test_an_empty_environment_gives_localhost_3000():
    assert Address.from_environ({}, debug=False) == Address("localhost", 3000)


@pytest.mark.parametrize("value", ["0", "1", "80", "3001", "65535"])
def test_port_takes_0_to_65535(value):
    assert Address.from_environ({"PORT": value}, debug=False).port == int(value)


@pytest.mark.parametrize("value", ["", "-1", "65536", "99999", "1" * 5000, "3000.0", "abc", " 3000", "3_000", "٣"])
def test_any_other_port_is_refused(value):
    assert refusal(PORT=value) == f"PORT={value!r} is refused: it takes a whole number from 0 to 65535"


@pytest.mark.parametrize("value", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
def test_debug_takes_a_loopback_host(value):
    assert Address.from_environ({"HOST": value}, debug=True).host == value


@pytest.mark.parametrize(
    "value", ["", "0.0.0.0", "::", "192.0.2.1", "example.com", "127.evil.example", "localhost.evil"]
)
def test_debug_on_any_other_host_is_refused(value):
    assert refusal(HOST=value, debug=True) == (
        f"HOST={value!r} is refused: it takes only localhost or another loopback address where FLASK_DEBUG is true"
    )


def test_any_host_will_do_without_debug():
    assert Address.from_environ({"HOST": "0.0.0.0"}, debug=False).host == "0.0.0.0"


@pytest.mark.parametrize(
    ("host", "authority"),
    [("localhost", "localhost:3000"), ("127.0.0.1", "127.0.0.1:3000"), ("::1", "[::1]:3000")],
)
def test_address_reads_as_the_authority_of_a_url(host, authority):
    """RFC 3986 §3.2.2: an IPv6 address stands in brackets."""
    assert str(Address(host, 3000)) == authority
