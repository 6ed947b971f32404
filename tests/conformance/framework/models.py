"""Pydantic models from a document in the shape that fal serves: what the author of the endpoint wrote, as far as it shows."""

import enum
from typing import Annotated, Any, Literal, Optional, Union

from pydantic import BaseModel, Field, create_model

PLAIN = {"string": str, "integer": int, "number": float, "boolean": bool, "null": None}
BOUNDS = {
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
    "pattern": "pattern",
}


class Models:
    """The models of one document's components."""

    def __init__(self, document):
        self.schemas = document["components"]["schemas"]
        self.known = {}

    def named(self, name):
        if name not in self.known:
            schema = self.schemas[name]
            title = schema.get("title", name)
            if "enum" in schema:
                members = {f"value_{index}": value for index, value in enumerate(schema["enum"])}
                self.known[name] = enum.Enum(title, members, type=PLAIN[schema["type"]])
            else:
                self.known[name] = self.model(title, schema)
        return self.known[name]

    def model(self, title, schema):
        order = schema.get("x-fal-order-properties") or list(schema["properties"])
        fields = {}
        for name in order:
            field = schema["properties"][name]
            default = ... if name in schema.get("required", []) else field.get("default")
            fields[name] = (self.type_of(field), Field(default=default) if default is ... else default)
        return create_model(title, __base__=BaseModel, **fields)

    def type_of(self, schema):
        if "$ref" in schema:
            return self.named(schema["$ref"].rsplit("/", 1)[-1])
        if "anyOf" in schema:
            arms = [self.type_of(arm) for arm in schema["anyOf"]]
            some = [arm for arm in arms if arm is not None]
            joined = Union[tuple(some)]
            return Optional[joined] if len(some) < len(arms) else joined
        if "enum" in schema:
            return Literal[tuple(schema["enum"])]
        kind = schema.get("type")
        if kind == "array":
            plain = list[self.type_of(schema.get("items", {}))]
        elif kind == "object":
            values = schema.get("additionalProperties", True)
            plain = dict[str, Any if values is True else self.type_of(values)]
        else:
            plain = PLAIN.get(kind, Any)
        bounds = {BOUNDS[keyword]: value for keyword, value in schema.items() if keyword in BOUNDS}
        return Annotated[plain, Field(**bounds)] if bounds else plain
