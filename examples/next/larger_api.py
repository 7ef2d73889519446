# /// script
# requires-python = ">=3.12"
# dependencies = [
#     "pydantic==2.14.4",
#     "flask==3.1.3", "flask-cors==6.0.5", "psutil==7.2.2", "python-dotenv==1.2.4",
# ]
# ///
"""A larger API, with a blueprint and Pydantic: ``PYTHONPATH=. uv run --script examples/next/larger_api.py``."""

from flask import Blueprint, abort, request
from pydantic import BaseModel, Field, ValidationError

from wsgi import application, main

shop = Blueprint("shop", __name__, url_prefix="/shop")


class Order(BaseModel):
    item: str
    count: int = Field(ge=1, le=100)


@shop.post("/orders")
def order():
    """Accepts an order"""
    try:
        accepted = Order.model_validate_json(request.get_data())
    except ValidationError as error:
        [fault, *_] = error.errors()
        abort(422, f"{fault['loc']}: {fault['msg']}")
    return accepted.model_dump(), 201


application.register_blueprint(shop)

if __name__ == "__main__":
    main()
