import pytest

import wsgi


def test_refusal_is_on_standard_error(monkeypatch, capsys):
    monkeypatch.setenv("PORT", "abc")

    with pytest.raises(SystemExit):
        wsgi.configure()

    assert capsys.readouterr().out == ""
