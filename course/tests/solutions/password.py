def test_password_is_not_logged(client, caplog):
    client.post("/hello", headers={"Authorization": "Basic c2VjcmV0"})

    assert "c2VjcmV0" not in caplog.text
