"""Answers, judged by `openapi/run.json` and `openapi/queue.json`.

The description is read strictly: a field or a header that it does not name is a mismatch, though a client must bear one.
"""

import json

import jsonschema_rs
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from support.description import document
from support.sandbox import KEY, URL

AUTHORIZATION = {"Authorization": f"Key {KEY}"}


def strict(node, is_input=False):
    """The same description, in which every object has the properties that are named and no others."""
    if isinstance(node, list):
        return [strict(item, is_input) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {name: strict(value, is_input or name.endswith("Input")) for name, value in node.items()}
    if node.get("type") == "object" and "properties" in node and not is_input:
        copy.setdefault("additionalProperties", False)
    return copy


def load(name):
    config = schemathesis.Config.from_dict({"seed": 7})
    schema = schemathesis.openapi.from_dict(strict(document(name)), config=config)
    schema.config.update(base_url=f"{URL}/{name}")
    return schema


RUN, QUEUE = load("run"), load("queue")


def fal_headers_conformance(ctx, response, case):
    """Every header of the platform's own is among those that the answer's description lists."""
    definition = case.operation.responses.find_by_status_code(response.status_code)
    if definition is None:
        return
    described = {name.lower() for name, _ in (definition.headers or {}).items()}
    sent = {name for name in map(str.lower, response.headers) if name.startswith("x-fal-") or name == "retry-after"}
    assert sent <= described, f"{case.operation.label} {response.status_code}: {sorted(sent - described)}"


def events_conformance(ctx, response, case):
    """Every event of a status stream is a status report, and the last one says that it is the last."""
    if response.status_code != 200 or "text/event-stream" not in response.headers["content-type"][0]:
        return
    spec = strict(document("queue"))
    spec["$ref"] = "#/components/schemas/QueueStatus"
    validator = jsonschema_rs.Draft4Validator(json.loads(json.dumps(spec).replace('"nullable": true, ', "")))
    events = [block for block in response.text.split("\n\n") if block and not block.startswith(":")]
    reports = [json.loads(event.removeprefix("data: ")) for event in events]
    for report in reports:
        if report.get("logs", []) is None:
            del report["logs"]
        validator.validate(report)
    assert reports[-1]["status"] == "COMPLETED"


def schema_conformance(ctx, response, case):
    """The body has the shape that is described; a stream's is text, whose events are judged by themselves."""
    if "text/event-stream" not in response.headers["content-type"][0]:
        response_schema_conformance(ctx, response, case)


DESCRIBED = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    schema_conformance,
    fal_headers_conformance,
    events_conformance,
]
CHECKS = [*DESCRIBED, not_a_server_error]


def call(case, checks=CHECKS, headers=AUTHORIZATION):
    return case.call_and_validate(headers=headers, checks=checks, timeout=30)
