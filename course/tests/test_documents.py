"""The pages outside the lessons name only files, links and targets that exist."""

import re

import pytest

from course import links
from course.pages import ROOT, Course, Page


@pytest.fixture(params=["README.md", "CONTRIBUTING.md", "course/README.md", "examples/README.md", "tests/README.md"])
def page(request):
    return Page(request.param, (ROOT / request.param).read_text("utf-8"))


def test_each_link_leads_somewhere(page):
    assert list(links.links(page, Course())) == []


def test_each_file_in_a_command_exists(page):
    # A reader writes the files in tests/yours.
    files = re.findall(r"(?:course|examples|lessons|tests(?!/yours/))/[\w./-]+\.\w+", page.text)

    assert [file for file in files if not (ROOT / file).exists()] == []


def test_each_make_target_exists(page):
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)

    assert set(re.findall(r"(?:`|\$ )make ([a-z]+)", page.text)) <= set(targets)
