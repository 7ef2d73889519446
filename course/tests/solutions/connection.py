from tests.support.client import call
from wsgi import application


def test_application_leaves_the_connection_to_the_server():
    _, headers, _ = call(application)

    assert "Connection" not in dict(headers)
