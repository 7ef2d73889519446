"""``make picture`` draws a blocked frame beside an open one."""

from tests.browser.conftest import Serve, Visitor
from tests.support.processes import ROOT

PICTURE = ROOT / "lessons" / "images" / "frames.png"
PAGE = """
<style>
  body {{ display: flex; gap: 16px; margin: 16px; font: 16px sans-serif; }}
  iframe {{ border: 1px solid gray; margin-top: 8px; width: 440px; height: 380px; }}
</style>
<div>Our server<br><iframe src="{blocked}"></iframe></div>
<div>A copy without X-Frame-Options and frame-ancestors<br><iframe src="{shown}"></iframe></div>
"""


def test_picture_shows_a_blocked_frame_beside_an_open_one(visitor: Visitor, serve: Serve) -> None:
    ours, copy = serve(), serve({"X-Frame-Options": None, "Content-Security-Policy": None})
    attack = f"{visitor.attacker}/frame.html?target="
    visitor.page.set_viewport_size({"width": 932, "height": 440})
    visitor.page.set_content(PAGE.format(blocked=attack + ours.url(), shown=attack + copy.url()))

    visitor.page.screenshot(path=PICTURE)
    assert visitor.page.frame(url=copy.url() + "/hello")
    assert not visitor.page.frame(url=ours.url() + "/hello")
