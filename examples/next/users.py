"""Users who sign in, with Flask and Werkzeug: ``PYTHONPATH=. python examples/next/users.py``."""

from secrets import token_hex

from flask import abort, request, session
from werkzeug.security import check_password_hash, generate_password_hash

from wsgi import application, main

application.secret_key = application.secret_key or token_hex()  # a new key ends every session
application.config["SESSION_COOKIE_SAMESITE"] = "Lax"
USERS = {"ada": generate_password_hash("lovelace")}
UNKNOWN = generate_password_hash("")  # so a wrong name takes as long as a wrong password


@application.post("/login")
def login():
    """Sets a signed cookie"""
    name, password = request.form["name"], request.form["password"]
    if not check_password_hash(USERS.get(name, UNKNOWN), password) or name not in USERS:
        abort(401, "The name or the password is wrong")
    session["user"] = name
    return {"user": name}


@application.get("/me")
def me():
    """Reads the cookie"""
    if "user" not in session:
        abort(401, "Sign in first")
    return {"user": session["user"]}


if __name__ == "__main__":
    main()
