from app import create_app


def test_override_can_be_false(monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "true")

    assert create_app({"DEBUG": False}).debug is False
