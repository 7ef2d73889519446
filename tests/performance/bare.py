"""The least that a Flask application with the same greeting costs, to compare with."""

from flask import Flask

app = Flask(__name__)


@app.get("/hello")
def hello() -> dict[str, str]:
    return {"message": "Hello world"}


if __name__ == "__main__":
    app.run(port=0)
