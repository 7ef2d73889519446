"""Each header, by the attack that it stops in a browser."""

import pytest

from tests.contract import REQUESTS
from tests.support.processes import PRODUCTION

pytestmark = [pytest.mark.security, pytest.mark.servers(PRODUCTION)]


@pytest.fixture(params=["/hello", "/nothing"])
def headers(request, send):
    return send("GET", request.param, {"Origin": "https://stranger.example"}).headers


@pytest.mark.clause("C10")
def test_json_is_not_taken_for_html_or_a_script(headers):
    """MIME sniffing: a browser would run a body as a page, if an attacker can make it look like one."""
    assert headers.getlist("X-Content-Type-Options") == ["nosniff"]


@pytest.mark.clause("C10")
def test_no_page_can_frame_the_response(headers):
    """Clickjacking: an attacker lays a transparent frame over a button. There is an older header and a newer one."""
    assert headers.getlist("X-Frame-Options") == ["DENY"]
    assert "frame-ancestors 'none'" in directives(headers)


@pytest.mark.clause("C10")
def test_response_opened_as_a_page_loads_and_sends_nothing(headers):
    """Cross-site scripting: every source, form target and base of injected markup is refused."""
    assert {"default-src 'none'", "base-uri 'none'", "form-action 'none'"} - directives(headers) == set()


def directives(headers):
    return set(headers.get("Content-Security-Policy", "").split("; "))


@pytest.mark.clause("C10")
def test_no_cache_keeps_the_response(headers):
    """A shared cache would give the response to one visitor to the next visitor."""
    assert "no-store" in headers.get("Cache-Control", "").split(", ")


@pytest.mark.clause("C10")
def test_address_is_not_passed_on(headers):
    """The site behind a link would learn the address of the page that has the link."""
    assert headers.getlist("Referrer-Policy") == ["no-referrer"]


@pytest.mark.clause("C10")
def test_old_browsers_stop_rendering_instead_of_filtering(headers):
    """Without ``mode=block``, an attacker could make the filter of an old browser remove the page's own scripts."""
    assert headers.getlist("X-XSS-Protection") == ["1; mode=block"]


@pytest.mark.clause("C11")
@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_no_cookie_is_set(send, method, path):
    assert send(method, path).headers.getlist("Set-Cookie") == []
