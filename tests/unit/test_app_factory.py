"""``create_app``: the application that it returns, and the effect of an override."""

import pytest

from app import create_app

pytestmark = pytest.mark.unit


def test_two_apps_share_nothing():
    first, second = create_app(), create_app()

    first.config["MARK"] = True
    first.add_url_rule("/mark", view_func=lambda: "mark")

    assert "MARK" not in second.config
    assert second.test_client().get("/mark").status_code == 404


def test_overrides_win_over_the_environment(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "from the environment")

    assert create_app().config["SECRET_KEY"] == "from the environment"
    assert create_app({"SECRET_KEY": "overridden"}).config["SECRET_KEY"] == "overridden"


def test_overrides_reach_the_extensions():
    client = create_app({"CORS_ORIGINS": ["https://good.example"]}).test_client()

    response = client.get("/hello", headers={"Origin": "https://good.example"})

    assert response.headers["Access-Control-Allow-Origin"] == "https://good.example"


def test_origin_from_the_environment_matches_in_any_case(monkeypatch):
    """A browser sends scheme and host in lower case (RFC 6454 §6.1)."""
    monkeypatch.setenv("CORS_ORIGINS", "HTTPS://App.Example")

    response = create_app().test_client().get("/hello", headers={"Origin": "https://app.example"})

    assert response.headers["Access-Control-Allow-Origin"] == "https://app.example"


def test_url_map_has_two_routes(app):
    routes = {(rule.rule, frozenset(rule.methods)) for rule in app.url_map.iter_rules()}

    methods = frozenset({"GET", "HEAD", "OPTIONS"})
    assert routes == {("/hello", methods), ("/health", methods)}


def test_docstrings_of_the_views_are_those_of_the_banner(app):
    docs = {name: view.__doc__ for name, view in app.view_functions.items()}

    assert docs == {"hello": "Returns 'Hello world'", "health": "Health check endpoint"}


def test_there_is_no_static_folder(client):
    """Flask's default route for static files responds to ``OPTIONS`` for any name, even if no such file exists."""
    assert client.options("/static/x").status_code == 404


def test_each_app_reads_the_environment_again(monkeypatch):
    monkeypatch.setenv("FLASK_ENV", "testing")
    first = create_app()
    monkeypatch.setenv("FLASK_ENV", "production")

    assert (first.config["ENV"], create_app().config["ENV"]) == ("testing", "production")
