import wsgi


def test_banner_shows_the_host_in_each_url(monkeypatch):
    monkeypatch.setattr(wsgi, "address", wsgi.Address("127.0.0.1", 3000))

    assert "GET  http://127.0.0.1:3000/hello" in wsgi.banner(3000, 31.2)
