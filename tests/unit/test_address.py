"""``HOST`` and ``PORT``: the accepted values, and the refusal of all others."""

import pytest

from app import ConfigurationError
from wsgi import Address

pytestmark = pytest.mark.unit


def refusal(*, debug=False, **environ):
    with pytest.raises(ConfigurationError) as caught:
        Address.from_environ(environ, debug=debug)
    return caught.value.message


def test_defaults_are_localhost_and_3000():
    assert Address.from_environ({}, debug=False) == Address("localhost", 3000)


@pytest.mark.parametrize("value", ["0", "1", "80", "3001", "65535"])
def test_port_can_be_0_to_65535(value):
    assert Address.from_environ({"PORT": value}, debug=False).port == int(value)


@pytest.mark.parametrize("value", ["", "-1", "65536", "99999", "1" * 5000, "3000.0", "abc", " 3000", "3_000", "٣"])
def test_any_other_port_is_refused(value):
    assert refusal(PORT=value) == f"PORT={value!r} is refused: it must be a whole number from 0 to 65535"


@pytest.mark.parametrize("value", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
def test_any_host_is_accepted_without_debug(value):
    assert Address.from_environ({"HOST": value}, debug=False).host == value


@pytest.mark.parametrize("debug", [False, True], ids=["debug off", "debug on"])
def test_empty_host_is_refused(debug):
    """A server that binds to an empty host listens on every address."""
    assert refusal(HOST="", debug=debug) == "HOST='' is refused: it must be a host name or address of this machine"


@pytest.mark.parametrize("value", ["localhost", "127.0.0.1", "127.0.0.100", "127.1.2.3", "::1"])
def test_debug_accepts_a_loopback_host(value):
    assert Address.from_environ({"HOST": value}, debug=True).host == value


@pytest.mark.parametrize(
    "value",
    ["0.0.0.0", "::", "192.0.2.1", "2001:db8::1", "example.com", "127.evil.example", "localhost.evil"],
)
def test_debug_on_any_other_host_is_refused(value):
    assert refusal(HOST=value, debug=True) == (
        f"HOST={value!r} is refused: with FLASK_DEBUG on, it must be localhost or another loopback address"
    )


@pytest.mark.parametrize(
    ("host", "authority"),
    [("localhost", "localhost:3000"), ("127.0.0.1", "127.0.0.1:3000"), ("::1", "[::1]:3000")],
)
def test_address_as_text_is_the_authority_of_a_url(host, authority):
    """RFC 3986 §3.2.2: an IPv6 address is in brackets."""
    assert str(Address(host, 3000)) == authority
