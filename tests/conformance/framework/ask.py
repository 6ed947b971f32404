"""Asks fal's framework (FastAPI and pydantic) what it answers to each body, and writes it down for the sandbox's tests.

`cargo xtask conformance --bodies` calls this with the folder to write to and the documents to take."""

import base64
import json
import math
import sys
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient

import bodies
from models import Models

ENCODERS = {
    bytes: lambda value: f"<binary {len(value)} bytes>",
    str: lambda value: value.encode("utf-8", "replace").decode("utf-8"),
    float: lambda value: value if math.isfinite(value) else str(value),
}


def application(model, took):
    """The endpoint as fal's own package sets it up: the same answers to wrong input and to crashes."""
    app = FastAPI()

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError):
        detail = jsonable_encoder(error.errors(), custom_encoder=ENCODERS)
        return JSONResponse({"detail": detail}, 422, headers={"x-fal-billable-units": "0"})

    @app.exception_handler(Exception)
    async def crashed(request: Request, error: Exception):
        return JSONResponse({"detail": "Internal Server Error"}, 500)

    @app.post("/")
    async def endpoint(input: model):
        took.append(input)
        return {}

    return app


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def row(client, took, body, content_type):
    took.clear()
    headers = {} if content_type is None else {"content-type": content_type}
    answer = client.post("/", content=body, headers=headers)
    line = {"body": body.decode()} if is_text(body) else {"base64": base64.b64encode(body).decode()}
    if content_type != "application/json":
        line["type"] = content_type
    line["status"] = answer.status_code
    if took:
        line["took"] = jsonable_encoder(took[0].model_dump(), custom_encoder=ENCODERS)
    head = compact(line)[:-1]
    return head + "}" if took else head + ',"answer":' + answer.text + "}"


def is_text(body):
    try:
        return body.decode() is not None
    except UnicodeDecodeError:
        return False


def ask(document, seen):
    """The rows of one document: its fields, then bodies that are wrong as a whole, which the first stands for."""
    schemas = document["components"]["schemas"]
    name = next(name for name in schemas if name.endswith("Input"))
    took, is_first = [], not seen
    with TestClient(application(Models(document).named(name), took), raise_server_exceptions=False) as client:
        for body in bodies.of_fields(schemas[name], schemas, seen):
            yield row(client, took, body.encode(), "application/json")
        for body, content_type in bodies.whole(schemas[name], schemas) if is_first else ():
            yield row(client, took, body, content_type)


def main(target, *documents):
    count, seen = 0, set()
    for path in map(Path, documents):
        rows = list(ask(json.loads(path.read_text()), seen))
        Path(target, f"{path.stem}.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
        print(f"{path.stem}: {len(rows)} bodies")
        count += len(rows)
    print(f"{count} bodies in all")


main(*sys.argv[1:])
