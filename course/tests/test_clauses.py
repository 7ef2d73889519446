"""Every clause of the contract has a test, and every test of the contract names a clause."""

import re

from course.pages import ROOT, TESTS_OF_THE_READER
from tests.contract import clauses

MARK = re.compile(r"mark\.clause\(\"(\w+)\"\)")


def test_clauses_are_numbered_from_1_to_14():
    assert list(clauses()) == [f"C{number}" for number in range(1, 15)]


def test_every_clause_has_a_test_and_every_mark_a_clause():
    files = [file for file in ROOT.glob("tests/**/test_*.py") if ROOT / TESTS_OF_THE_READER not in file.parents]
    marked = {number for file in files for number in MARK.findall(file.read_text(encoding="utf-8"))}

    assert marked == set(clauses())
