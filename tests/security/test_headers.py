"""Each header, by the attack that it stops in a browser."""

import pytest

from tests.support.processes import PRODUCTION

pytestmark = [pytest.mark.security, pytest.mark.servers(PRODUCTION)]


@pytest.fixture(params=["/hello", "/nothing"])
def headers(request, send):
    return send("GET", request.param, {"Origin": "https://stranger.example"}).headers


def test_json_is_not_taken_for_html_or_a_script(headers):
    """MIME sniffing: a body that an attacker could fill would run as the page that it looks like."""
    assert headers.getlist("X-Content-Type-Options") == ["nosniff"]


def test_no_page_can_frame_the_answer(headers):
    """Clickjacking: a transparent frame over a button of the attacker's; the older header and the newer."""
    assert headers.getlist("X-Frame-Options") == ["DENY"]
    assert "frame-ancestors 'none'" in directives(headers)


def test_answer_opened_as_a_page_loads_and_sends_nothing(headers):
    """Cross-site scripting: injected markup finds every source, form target and base refused."""
    assert directives(headers) >= {"default-src 'none'", "base-uri 'none'", "form-action 'none'"}


def directives(headers):
    [policy] = headers.getlist("Content-Security-Policy")
    return set(policy.split("; "))


def test_no_cache_keeps_the_answer(headers):
    """What one visitor was told stays out of a shared cache, and out of the next visitor's hands."""
    [value] = headers.getlist("Cache-Control")

    assert "no-store" in value.split(", ")


def test_address_is_not_passed_on(headers):
    """A link followed from the answer does not tell where it stood."""
    assert headers.getlist("Referrer-Policy") == ["no-referrer"]


def test_old_browsers_stop_rendering_instead_of_filtering(headers):
    """Without ``mode=block`` the filter of old browsers could be made to cut out the page's own scripts."""
    assert headers.getlist("X-XSS-Protection") == ["1; mode=block"]


def test_no_cookie_is_set(headers):
    assert headers.getlist("Set-Cookie") == []
