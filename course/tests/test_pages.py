"""Read pages."""

from course.definitions import definitions
from course.pages import Page


def test_headings_have_the_anchors_of_github():
    page = Page(
        "page.md",
        "# 6. JSON, to the `byte`\n```\n# no heading\n```\n## Your turn\n## Your turn\n## [A link](x.md) & more ##\n",
    )

    assert list(page.anchors) == ["6-json-to-the-byte", "your-turn", "your-turn-1", "a-link--more"]


def test_links_in_code_and_comments_do_not_count():
    text = "````md\n```\n[a](a.md)\n```\n[b](b.md)\n````\n`[c](c.md)` <!-- [d](d.md) --> ``[`e`](e.md)``\n[`f`](f.md)\n"

    assert [str(link) for link in Page("lessons/page.md", text).links] == ["lessons/page.md:8: [`f`](f.md)"]


def test_links_in_tables_lists_and_details_count():
    text = "<details>\n\n| a |\n| --- |\n| [a](a.md) |\n\n- b\n  [b](b.md)\n\n</details>\n\n![c](c.svg)\n"

    assert [str(link) for link in Page("lessons/page.md", text).links] == [
        "lessons/page.md:5: [a](a.md)",
        "lessons/page.md:8: [b](b.md)",
        "lessons/page.md:12: [c](c.svg)",
    ]


def test_fence_knows_its_headings_its_link_and_its_comment():
    text = "# 1\n## A\n[x](../x.py)\n### B\n<!-- needs: go -->\n```go\nx\n\n```\n## C\n```text\n```\n"

    first, second = Page("lessons/page.md", text).fences

    assert (first.line, first.language, first.lines, first.comment) == (7, "go", ["x", ""], "needs: go")
    assert [heading.text for heading in first.headings] == ["1", "A", "B"]
    assert first.link
    assert first.link.file == "x.py"
    assert (second.line, second.lines, second.comment, second.link) == (12, [], "", None)


def test_definitions_are_the_names_that_a_link_can_have():
    code = b"""\
PORT = 3000
if PORT:
    @property
    def outer():
        local = 1
        def inner(): ...
class Case:
    field = 1
    def method(self): ...
count: int = 0
"""

    assert definitions(code) == {"PORT": 1, "outer": 4, "inner": 6, "Case": 7, "Case::method": 9, "count": 10}
