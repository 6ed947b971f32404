"""The endpoints as `openapi/` describes them: no driver knows an id, a value or an example by itself."""

import json
import os
from pathlib import Path

ROOT = Path(os.environ["CONFORMANCE_ROOT"])


def document(name):
    """`run` or `queue`."""
    return json.loads((ROOT / "openapi" / f"{name}.json").read_text())


RUN = document("run")
SCHEMAS = RUN["components"]["schemas"]

# Verb to endpoint id: `run_remix` is the operation of `remix`.
ENDPOINTS = {
    item["post"]["operationId"].removeprefix("run_"): path.lstrip("/") for path, item in RUN["paths"].items()
}

GENERATE, REMIX, EDIT = (ENDPOINTS[verb] for verb in ("generate", "remix", "edit"))


def app_of(endpoint_id):
    """Owner and application, below which a request is asked about."""
    return "/".join(endpoint_id.split("/")[:2])


def input_schema(endpoint_id):
    body = RUN["paths"][f"/{endpoint_id}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return SCHEMAS[body["$ref"].rsplit("/", 1)[1]]


def required_example(endpoint_id):
    """The smallest request of the documentation: every required field with its example, in the order of display."""
    schema = input_schema(endpoint_id)
    return {
        name: schema["properties"][name]["example"]
        for name in schema["x-fal-order-properties"]
        if name in schema["required"]
    }
