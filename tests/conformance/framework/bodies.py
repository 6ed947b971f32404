"""The bodies that the framework is asked about: each field with each kind of value, then what is wrong as a whole."""

import json

SURROGATE = '"\\ud83d"'
# As JSON text, because some are nothing that Python would write.
ANYWHERE = [
    "null", "true", "0", "1", "1.5", '""', '"a"', '"1"', SURROGATE, "[]", "{}", "NaN", "1e400", "9223372036854775808",
]
TEXTS = [
    "false", "[1]", '{"a":1}', '"a\\u0000b"', '"\\ud83d\\ude00"', '"😀 é"', '"ab"', '"abcdefgh"', '"abcdefghi"',
    '"ein sehr langer Text mit mehr"', '["a"]', '[null]', '[["a"]]', '"\\udc00\\ud800x"', '"AUTO"', '"auto"', "-1",
]
NUMBERS = [
    "-1", "2", "3", "4", "5", "8", "9", "50", "51", "100", "255", "256", "1.0", "0.5", "0.01", "0.009", "1.01", "-0.0", "-0", "0.1",
    "1e3", "1e22", "1e-7", "123456789.125", "9007199254740993", "9223372036854775807", "-9223372036854775808",
    "-9223372036854775809", "9223372036854775808.0", "1e18", "1e19", "-1e19", "18446744073709551616", "1" + "0" * 30, "-1" + "0" * 100, "1" + "0" * 308, "Infinity", "-Infinity",
    '" 1 "', '"1_000"', '"1__0"', '"_1"', '"1_"', '"1.0"', '"1.00"', '"1."', '"1.5"', '".5"', '"01"', '"00"', '"+1"', '"-1"', '"- 1"', '"0x1"', '"1e3"', '"1E0"',
    '"nan"', '"inf"', '"-Infinity"', '"infinity"', '"1_0.5"', '"9223372036854775808"', '"' + "9" * 40 + '"', '"' + "9" * 400 + '"', '"0.5"', '"\\u0661"', '"1\\u0000"', '"\\n1\\t"', '"\\u00a01"', '"-0"', '"true"', "false", "[1]", '{"a":1}', "[0.5]",
    '["a"]', '{"width":1}',
]
TRUTHS = [
    "false", "-1", "2", "1.0", "0.0", "-0.0", "0.5", "1e0", "1" + "0" * 30, "-9223372036854775809", "Infinity", "9007199254740993.0", "1e30",
    '"true"', '"True"', '"TRUE"', '"tRuE"', '"false"', '"yes"', '"y"', '"Y"', '"no"', '"on"', '"off"', '"OFF"', '"t"', '"f"', '"0"', '"2"', '" true"',
    '"1.0"', "[true]", '{"a":true}', '"n"',
]
OBJECTS = [
    '{"width":512,"height":512}', '{"width":"512","height":512.0}', '{"width":0,"height":14143}', '{"width":null}', '{"height":1.5}',
    '{"width":1,"width":2}', '{"width":true,"height":"x","depth":1}', '{"x":1,"y":2}', '{"x":1,"radius":2}', '{"x":"1","radius":"2"}',
    '{"x":1,"y":2,"radius":3}', '{"x":1}', '{"x":1,"y":"2","label":"a","radius":0.5}', '{"x":1.5,"y":2.5,"radius":-1}', '{"label":null}',
    '{"members":[{"rgb":{"r":1,"g":2,"b":3},"color_weight":0.5}]}', '{"members":[{"rgb":{"r":256,"g":-1,"b":"3"},"color_weight":0}]}',
    '{"members":[{"rgb":1},{}, 2]}', '{"name":"EMBER"}', '{"name":"ember","members":{}}', '{"members":[{"rgb":{},"color_weight":"0.5"}],"name":null}',
    '{"a":1,"b":"2","c":3.0}', '{"a":"x","b":1.5,"c":null}', '{"":1}', '{"\\ud800":1}', '{"\\ud800":"x"}', '{"a":1,"a":"x"}',
    '[{"path":"a"}]', '[{"path":"a","scale":4.5},{"scale":"x"},1,null]', '[{"path":"a"},{"path":"b"},{"path":"c"},{"path":"d"}]',
    '["a","b","c"]', '["a","b"]', '[1,"a"]', '[0.5,1,"2"]', '[true,"x",null]', '"x"', "2", '"2"', "2.0", "true", "5", "0.5", "-1", "1.5", "[[]]",
]


def kinds_of(schema, schemas):
    """What sorts of value are worth sending."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[-1]]
    if "anyOf" in schema:
        return {kind for arm in schema["anyOf"] for kind in kinds_of(arm, schemas)}
    return {schema.get("type", "object")}


def values_of(schema, schemas):
    values, kinds = list(ANYWHERE), kinds_of(schema, schemas)
    for kind in ("string", "integer", "number", "boolean", "array", "object"):
        if kind in kinds:
            values += {"string": TEXTS, "boolean": TRUTHS, "array": OBJECTS, "object": OBJECTS}.get(kind, NUMBERS)
    named = list(schema.get("enum", []))
    for arm in schema.get("anyOf", []):
        named += arm.get("enum", [])
    for value in named:
        values += [json.dumps(value), json.dumps(str(value).swapcase()), json.dumps(f"{value} "), json.dumps([value])]
        if isinstance(value, int):
            values += [f"{value}.0", f"{value}.5", json.dumps(str(value)), str(-value)]
    return list(dict.fromkeys(values))


def base_of(schema, schemas):
    """What is required, with a value that passes, as name and JSON text."""
    base = {}
    for name in schema.get("required", []):
        field = schema["properties"][name]
        field = schemas[field["$ref"].rsplit("/", 1)[-1]] if "$ref" in field else field
        base[name] = json.dumps(field.get("enum", ["fine"])[0])
    return base


def joined(members):
    return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in members.items()) + "}"


def plain(field):
    """What decides how a field is checked."""
    words = ("title", "description", "default", "examples")
    return json.dumps({keyword: value for keyword, value in field.items() if keyword not in words}, sort_keys=True)


def of_fields(schema, schemas, seen):
    """Each field alone with each value, and missing; those of which one like it was `seen` with a few values only."""
    base = base_of(schema, schemas)
    for name in schema["x-fal-order-properties"]:
        field = schema["properties"][name]
        others = {other: value for other, value in base.items() if other != name}
        yield joined(others)
        for value in ANYWHERE if plain(field) in seen else values_of(field, schemas):
            yield joined({**others, name: value})
        seen.add(plain(field))


def whole(schema, schemas):
    """Bodies that are wrong as a whole, or right in an odd way, as bytes with a content type."""
    base = joined(base_of(schema, schemas))
    first = schema["x-fal-order-properties"][0]
    wrong = [
        "", " ", "null", "true", "1", "1.5", '"a"', "[]", "[1]", "{}", "{", "}", "{]", "[1,]", "{,}", '{"a"', '{"a":', '{"a":}', '{"a":1', '{"a":1,', '{"a":1,}',
        '{"a":1 "b":2}', '{"a" 1}', "{a:1}", "{'a':1}", '{"a":01}', '{"a":1.}', '{"a":.5}', '{"a":+1}', '{"a":-}', '{"a":1e}', '{"a":0x1}', '{"a":nan}', '{"a":nul}',
        '{"a":True}', '{"a":"b', '{"a":"\\', '{"a":"\\q"}', '{"a":"\\u12"}', '{"a":"\\u12g4"}', '{"a":"\\ud83d\\u12"}', '{"a":"x\ny"}', '{"a":"x\ty"}', '{"a":1} x', '{"a":1}{', '// a\n{}', "\ufeff{}",
        "\x00", "{}\x00", "\u00a0{}", '{"é":nope}', '{"a":"😀",}', "[" * 30, "[" * 2000, '{"a":' + "1" * 4300 + "}", '{"a":' + "1" * 4301 + "}", "NaN", "-Infinity", '"\\ud800"', '{"seed":"' + "1" * 4301 + '"}', '{"seed":1' + "0" * 400 + "}", "\r\n{\r\n}\r\n",
    ]
    for text in wrong:
        yield text.encode(), "application/json"
    for value in ("1", '"\\ud800"', "NaN", "1" + "0" * 40, '{"\\udfff":[1e999]}', '{"deep":[[[{}]]]}'):
        yield (joined({"unknown": value})).encode(), "application/json"
    yield ('{"\\ud800":1,"z":1e22,"y":1e16,"x":1e15,"w":0.0001,"v":0.00001,"u":1.0,"t":-0.0,"s":123456789012345680.0,"r":5e-324}').encode(), "application/json"
    yield b'{"a":"\xff"}', "application/json"
    yield b'{"a":"\xed\xa0\x80"}', "application/json"
    yield b'{"a":"\xc3"}', "application/json"
    yield b"\xff\xfe", "application/json"
    yield b"\xef\xbb\xbf" + base.encode(), "application/json"
    yield b"\xef\xbb\xbf", "application/json"
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
        yield base.encode(encoding), "application/json"
        yield "{".encode(encoding), "application/json"
    yield ('{"a":"é' + '"}').encode("latin-1"), "application/json"
    for content_type in (
        None, "application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/geo+json", "application/jsonp", "text/json", "text/plain",
        "application/octet-stream", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense", "application/json;", " application/json ", "application/",
    ):
        yield base.encode(), content_type
        yield b"{", content_type
        yield b"", content_type
        yield b"a\xff", content_type
    yield joined({first: "1", first + "\\u0000": "2"}).encode(), "application/json"
    yield b'{"' + first.encode() + b'":1,"' + first.encode() + b'":[]}', "application/json"
