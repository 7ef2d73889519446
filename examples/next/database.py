# /// script
# requires-python = ">=3.12"
# dependencies = [
#     "flask-sqlalchemy-lite==0.2.1", "sqlalchemy==2.1.9",
#     "flask==3.1.3", "flask-cors==6.0.5", "psutil==7.2.2", "python-dotenv==1.2.4",
# ]
# ///
"""A database, with SQLAlchemy: ``PYTHONPATH=. uv run --script examples/next/database.py``."""

from flask import abort, request
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from wsgi import application, main


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


application.config["SQLALCHEMY_ENGINES"] = {"default": "sqlite://"}  # in memory
db = SQLAlchemy(application)
with application.app_context():
    Base.metadata.create_all(db.engine)


@application.post("/notes")
def write():
    """Stores a note"""
    note = Note(text=request.form["text"])
    db.session.add(note)
    db.session.commit()
    return {"id": note.id}, 201


@application.get("/notes/<int:number>")
def read(number):
    """Returns a note"""
    note = db.session.get(Note, number) or abort(404)
    return {"text": note.text}


if __name__ == "__main__":
    main()
