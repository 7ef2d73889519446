"""A shared computer: a user logs out and leaves, and the next person presses the back button."""

import pytest

pytestmark = pytest.mark.browser


def come_back(visitor, server, url):
    """Look at the account, go to another page, and press the back button."""
    visitor.log_in(server)
    visitor.page.goto(server.url() + "/account")
    visitor.page.goto(url)
    visitor.page.evaluate("() => { setTimeout(() => history.back()) }")
    visitor.wait_until(
        lambda: visitor.page.url == server.url() + "/account" and visitor.page.inner_text("body").strip()
    )
    return visitor.page.inner_text("body").strip()


def come_back_after_logout(visitor, server):
    return come_back(visitor, server, server.url() + "/logout")


def test_no_store_hides_the_account_after_a_logout(compare, serve):
    outcomes = compare("Cache-Control: no-store", come_back_after_logout, serve({}), serve({"Cache-Control": None}))

    assert outcomes == ('{"account": "guest"}', '{"account": "ada"}')


def test_no_cache_and_must_revalidate_do_not_hide_the_account(visitor, serve):
    """The back button shows a page as it was, even if the page is stale (RFC 9111 §6)."""
    server = serve({"Cache-Control": "no-cache, must-revalidate"})

    assert come_back_after_logout(visitor, server) == '{"account": "ada"}'


def test_no_store_hides_nothing_if_no_cookie_changes(visitor, serve):
    """Chromium keeps a ``no-store`` page in its back/forward cache until a cookie changes, as it does at a logout."""
    assert come_back(visitor, serve({}), visitor.attacker + "/caught.html") == '{"account": "ada"}'
