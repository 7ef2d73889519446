"""MIME sniffing: a browser guesses what a response is, and an attacker wrote the response so that the guess is wrong.

The attacker needs a response that begins with their text. Ours begin with ``{"``, so the copies have ``/note``.
"""

from urllib.parse import quote

import pytest

pytestmark = pytest.mark.browser

SNIFFED = {"X-Content-Type-Options": None}
UNTYPED = {"Content-Type": None, "Content-Security-Policy": None}


def script_tag(visitor, server, path):
    """Load a response into the attacker's page as if it were a script."""
    visitor.open("script.html", server, path=path)
    visitor.wait_until(lambda: visitor.page.inner_text("output"))
    return visitor.page.inner_text("output")


def note_as_script(visitor, server):
    return script_tag(visitor, server, "/note?text=" + quote("document.querySelector('output').value = 'script runs'"))


def note_as_page(visitor, server):
    visitor.page.goto(server.url() + "/note?text=" + quote("<p>A note"))
    return "shown as HTML" if visitor.page.locator("p").count() else "shown as text"


def test_nosniff_blocks_plain_text_in_a_script_tag(compare, serve):
    """A page that allows scripts from our server would run the text of any user."""
    outcomes = compare("X-Content-Type-Options: nosniff", note_as_script, serve({}), serve(SNIFFED))

    assert outcomes == ("blocked", "script runs")


def test_nosniff_shows_a_response_without_a_type_as_text(compare, serve):
    outcomes = compare("nosniff, without a Content-Type", note_as_page, serve(UNTYPED), serve(UNTYPED | SNIFFED))

    assert outcomes == ("shown as text", "shown as HTML")


@pytest.mark.parametrize("path", ["/hello", "/health", "/nothing"])
def test_nosniff_makes_no_difference_for_json_in_a_script_tag(visitor, serve, path):
    """Chromium recognises JSON, and blocks it by itself (Fetch standard, "opaque-response blocking")."""
    with_it = script_tag(visitor, serve(), path)
    without_it = script_tag(visitor, serve(SNIFFED), path)

    assert (with_it, without_it) == ("blocked", "blocked")
