"""Clickjacking: an attacker's page puts our page into an invisible frame, and the user clicks on our page."""

import pytest

pytestmark = pytest.mark.browser

NO_FRAME_ANCESTORS = {"Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'"}


def frame(visitor, server):
    visitor.open("frame.html", server)
    if visitor.page.frame(url=server.url() + "/hello"):
        return "framed"
    visitor.wait_until(lambda: "frame-ancestors" in visitor.console or "X-Frame-Options" in visitor.console)
    return "blocked by frame-ancestors" if "frame-ancestors" in visitor.console else "blocked by X-Frame-Options"


def test_x_frame_options_makes_no_difference_beside_frame_ancestors(compare, serve):
    """A browser that knows ``frame-ancestors`` ignores the older header (CSP 3 §6.4.2)."""
    outcomes = compare("X-Frame-Options: DENY", frame, serve(), serve({"X-Frame-Options": None}))

    assert outcomes == ("blocked by frame-ancestors", "blocked by frame-ancestors")


def test_x_frame_options_blocks_a_frame_without_frame_ancestors(compare, serve):
    outcomes = compare("frame-ancestors 'none'", frame, serve(), serve(NO_FRAME_ANCESTORS))

    assert outcomes == ("blocked by frame-ancestors", "blocked by X-Frame-Options")


def test_any_page_frames_a_response_without_both_headers(compare, serve):
    outcomes = compare("both of them", frame, serve(), serve(NO_FRAME_ANCESTORS | {"X-Frame-Options": None}))

    assert outcomes == ("blocked by frame-ancestors", "framed")


def test_frame_ancestors_wins_if_the_two_headers_disagree(visitor, serve):
    server = serve({"X-Frame-Options": "DENY", "Content-Security-Policy": "frame-ancestors *"})

    assert frame(visitor, server) == "framed"
