"""Each dependency has at least the lowest version without a known vulnerability."""

import sys
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.support.processes import ROOT

pytestmark = pytest.mark.security

FLOORS = {"Flask": "3.1.3", "Werkzeug": "3.1.6", "Flask-Cors": "6.0.1", "gunicorn": "23.0.0", "waitress": "3.0.1"}


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_dependency_is_not_below_its_floor(name, floor):
    if name == "gunicorn" and sys.platform == "win32":
        pytest.skip("gunicorn does not run on Windows")

    assert Version(version(name)) >= Version(floor)


def requirements(file):
    lines = ROOT.joinpath(file).read_text(encoding="utf-8").splitlines()
    texts = [line.partition(" #")[0].strip() for line in lines if line and not line.startswith(("#", "-c"))]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("file", ["requirements.txt", "constraints.txt"])
def test_each_dependency_is_pinned_exactly(file):
    not_pinned = [str(each) for each in requirements(file) if [pin.operator for pin in each.specifier] != ["=="]]

    assert not_pinned == []


def test_constraints_agree_with_the_requirements():
    constraints = {each.name.lower(): each.specifier for each in requirements("constraints.txt")}

    disagreeing = [
        each.name for each in requirements("requirements.txt") if constraints.get(each.name.lower()) != each.specifier
    ]
    assert disagreeing == []
