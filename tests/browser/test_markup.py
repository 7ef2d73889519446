"""Cross-site scripting: a link puts an attacker's HTML into our response, and the user's browser opens that as a page.

Our errors repeat the path, so they repeat the attacker's HTML. They are JSON, and a browser shows JSON as text. Most
copies here have a bug, so that the other headers matter: they send their JSON as ``text/html``. Flask does that for a
view that returns a string.
"""

import pytest

pytestmark = pytest.mark.browser

BUG = {"Content-Type": "text/html"}
NO_POLICY = {"Content-Security-Policy": None}
ONLY_DEFAULT_SRC = {"Content-Security-Policy": "default-src 'none'"}


def follow(visitor, server, name):
    """Follow a link of the attacker to a page of ours."""
    visitor.open("markup.html", server)
    visitor.page.get_by_role("link", name=name, exact=True).click()
    visitor.page.wait_for_url(server.url() + "/**")


def script(visitor, server):
    follow(visitor, server, "script")
    if not visitor.page.locator("script").count():
        return "shown as text"
    return "script runs" if visitor.page.inner_text("body").startswith("The script ran.") else "script blocked"


def test_json_is_shown_as_text(compare, serve):
    outcomes = compare("Content-Type: application/json", script, serve(), serve(BUG))

    assert outcomes == ("shown as text", "script blocked")


def test_default_src_blocks_a_script_in_the_response(compare, serve):
    """The script would be a part of our site. It could read all that the user can read there."""
    outcomes = compare("default-src 'none'", script, serve(BUG), serve(BUG | NO_POLICY))

    assert outcomes == ("script blocked", "script runs")


def test_console_names_the_directive_that_blocks_the_script(visitor, serve):
    script(visitor, serve(BUG))

    visitor.wait_until(lambda: "'script-src' was not explicitly set, so 'default-src' is used" in visitor.console)


def test_xss_protection_makes_no_difference(compare, serve):
    """The header controlled a filter that Chrome 78 removed."""
    without_it = serve(BUG | NO_POLICY | {"X-XSS-Protection": None})
    outcomes = compare("X-XSS-Protection: 1; mode=block", script, serve(BUG | NO_POLICY), without_it)

    assert outcomes == ("script runs", "script runs")


def form(visitor, server):
    """Submit the attacker's form. A password manager may have filled it in."""
    follow(visitor, server, "form")
    visitor.page.dispatch_event("button", "click")
    visitor.wait_until(lambda: "form-action" in visitor.console or visitor.page.url.startswith(visitor.attacker))
    if "form-action" in visitor.console:
        return "form blocked"
    return "attacker gets " + visitor.page.inner_text("#form").removeprefix("?")


def test_form_action_blocks_a_form_that_sends_to_the_attacker(compare, serve):
    """``default-src`` does not cover forms."""
    outcomes = compare("form-action 'none'", form, serve(BUG), serve(BUG | ONLY_DEFAULT_SRC))

    assert outcomes == ("form blocked", "attacker gets password=swordfish")


def base(visitor, server):
    """Follow a relative link. The attacker wrote it here, but it could be a link of our own."""
    follow(visitor, server, "base")
    visitor.page.get_by_role("link", name="Help").click()
    visitor.page.wait_for_url("**/caught.html")
    return "link leads to " + ("the attacker" if visitor.page.url.startswith(visitor.attacker) else "our server")


def test_base_uri_keeps_relative_links_on_our_server(compare, serve):
    """``default-src`` does not cover the base URL either."""
    outcomes = compare("base-uri 'none'", base, serve(BUG), serve(BUG | ONLY_DEFAULT_SRC))

    assert outcomes == ("link leads to our server", "link leads to the attacker")


def referrer(visitor, server):
    """Follow a link to another site. The page that has the link has a secret token in its URL."""
    follow(visitor, server, "link")
    visitor.page.get_by_role("link", name="Help").click()
    visitor.page.wait_for_url("**/caught.html")
    revealed = visitor.page.inner_text("#referrer")
    if "token=secret" in revealed:
        return "link reveals our URL with its token"
    return "link reveals " + {"": "nothing", server.url() + "/": "our origin"}[revealed]


def test_no_referrer_hides_where_a_link_comes_from(compare, serve):
    """Without the header, Chromium reveals the origin. It hides the path and the query by itself."""
    outcomes = compare("Referrer-Policy: no-referrer", referrer, serve(BUG), serve(BUG | {"Referrer-Policy": None}))

    assert outcomes == ("link reveals nothing", "link reveals our origin")


def test_unsafe_url_reveals_the_whole_url(visitor, serve):
    server = serve(BUG | {"Referrer-Policy": "unsafe-url"})

    assert referrer(visitor, server) == "link reveals our URL with its token"
