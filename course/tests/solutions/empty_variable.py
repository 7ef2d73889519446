import pytest


@pytest.mark.launch(
    "copy/wsgi.py",
    files={"copy/.env": "FLASK_ENV=testing\n"},
    FLASK_ENV="",
    PYTHON_DOTENV_DISABLED=None,
)
def test_empty_variable_is_not_replaced(process):
    line = process.wait_for("Error: .*|Flask environment: .*")[0]

    assert line.startswith("Error: FLASK_ENV='' is refused")
