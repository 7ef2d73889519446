"""A page of another origin requests our responses: what can it read, and what can it send?

The attacker's page has another port, so it has another *origin*. It is on the same *site*, because a site has no port.
So the browser sends our cookies with its requests.
"""

import pytest

pytestmark = pytest.mark.browser

REFLECTED = {"Access-Control-Allow-Origin": "{origin}", "Access-Control-Allow-Credentials": "true"}


def read(visitor, server, request, path="/hello"):
    """Return the text that the attacker's page reads, or ``blocked``."""
    visitor.open("fetch.html", server, path=path)
    return text_of(visitor, visitor.page.locator(f"#{request}"))


def text_of(visitor, output):
    visitor.wait_until(output.inner_text)
    return output.inner_text().strip()


def simple(visitor, server):
    return read(visitor, server, "simple")


def test_star_lets_a_page_of_another_origin_read(compare, serve):
    """CORS opens a door that browsers keep closed. It closes none."""
    outcomes = compare("Access-Control-Allow-Origin: *", simple, serve(), serve({"Access-Control-Allow-Origin": None}))

    assert outcomes == ('{"message": "Hello world"}', "blocked")


def test_origin_off_the_allow_list_reads_nothing(compare, serve):
    outcomes = compare("CORS_ORIGINS=https://app.example", simple, serve(CORS_ORIGINS="https://app.example"), serve())

    assert outcomes == ("blocked", '{"message": "Hello world"}')


def test_origin_on_the_allow_list_reads(visitor, serve):
    server = serve(CORS_ORIGINS=f"https://app.example, {visitor.attacker}")

    assert simple(visitor, server) == '{"message": "Hello world"}'


def account(visitor, server, path="/account"):
    """Read the account of the user who opens the attacker's page."""
    visitor.log_in(server)
    return read(visitor, server, "cookies", path)


def test_page_of_another_origin_cannot_read_the_account(compare, serve):
    """If a server reflects the origin and allows credentials, any page that a user opens reads the user's account."""
    outcomes = compare("no reflected origin with credentials", account, serve({}), serve(REFLECTED))

    assert outcomes == ("blocked", '{"account": "ada"}')


def test_console_says_that_a_star_does_not_allow_cookies(visitor, serve):
    account(visitor, serve({}))

    visitor.wait_until(lambda: "must not be the wildcard '*'" in visitor.console)


def test_true_with_a_capital_does_not_allow_cookies(visitor, serve):
    server = serve(REFLECTED | {"Access-Control-Allow-Credentials": "True"})

    assert account(visitor, server) == "blocked"
    visitor.wait_until(lambda: "is 'True' which must be 'true'" in visitor.console)


def test_blocked_request_reaches_the_server(visitor, serve):
    """CORS keeps the page from the response. It does not keep the request from the server."""
    server = serve({})

    assert account(visitor, server, "/account?blocked") == "blocked"
    server.wait_for(r"GET /account\?blocked")


def test_cookie_is_not_sent_from_another_site(visitor, serve):
    """By default a cookie is ``SameSite=Lax``. 127.0.0.1 and localhost are two sites."""
    visitor.attacker = visitor.attacker.replace("localhost", "127.0.0.1")

    assert account(visitor, serve(REFLECTED)) == '{"account": "guest"}'


def authorized(visitor, server):
    return read(visitor, server, "header")


def test_preflight_blocks_a_request_header_that_is_not_allowed(compare, serve):
    without_it = serve({"Access-Control-Allow-Headers": "Authorization"})
    outcomes = compare("no Access-Control-Allow-Headers", authorized, serve(), without_it)

    assert outcomes == ("blocked", '{"message": "Hello world"}')


def test_star_allows_the_authorization_header_in_chromium(visitor, serve):
    """The Fetch standard says that it must not."""
    assert authorized(visitor, serve({"Access-Control-Allow-Headers": "*"})) == '{"message": "Hello world"}'


def delete(visitor, server):
    read(visitor, server, "method")
    return "DELETE is sent" if "DELETE /hello" in server.output() else "DELETE is not sent"


def test_preflight_blocks_a_method_that_is_not_allowed(compare, serve):
    without_it = serve({"Access-Control-Allow-Methods": "DELETE"})
    outcomes = compare("no DELETE in Access-Control-Allow-Methods", delete, serve(), without_it)

    assert outcomes == ("DELETE is not sent", "DELETE is sent")


def sandboxed(visitor, server):
    visitor.open("sandbox.html", server)
    return text_of(visitor, visitor.page.frame_locator("iframe").locator("#simple"))


def test_origin_null_is_not_on_the_allow_list(compare, serve):
    """Any page can make a frame that has the origin ``null``. A server that allows ``null`` allows every page."""
    without_it = serve({"Access-Control-Allow-Origin": "null"})
    outcomes = compare("no null on the allow-list", sandboxed, serve(CORS_ORIGINS="https://app.example"), without_it)

    assert outcomes == ("blocked", '{"message": "Hello world"}')
