"""The documentation page's first examples, for every endpoint, as they stand there: where they lead to is the one thing
that is changed, and from outside. Python by two environment variables, JavaScript by what `fetch` means, and curl by a
configuration file, so that even the host in its command line is the page's own."""

import ast
import json
import os
import re
import shlex
import string
import subprocess
import sys
from pathlib import Path

import pytest

from support import pictures
from support.description import ENDPOINTS, app_of, required_example
from support.sandbox import CA_FILE, TLS_URL, URL, Sandbox

HERE = Path(__file__).parent
# Node finds modules beside and above the program.
MODULES = Path.cwd() / "javascript"


def program(kind, verb):
    """The page's program for an endpoint, with the smallest input of its description."""
    arguments = required_example(ENDPOINTS[verb])
    text = json.dumps(arguments, indent=2 if kind == "sh" else 4, ensure_ascii=False)
    if kind == "mjs":
        text = re.sub(r'^( +)"(\w+)": ', r"\1\2: ", text, flags=re.MULTILINE)
    template = string.Template((HERE / f"template.{kind}.txt").read_text())
    return template.substitute(id=ENDPOINTS[verb], input=text), arguments


def output_of(command, **environment):
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(autouse=True, scope="module")
def trusted():
    """The looks behind the sandbox that speaks TLS need its certificate too."""
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = CA_FILE
    yield
    os.environ.pop("SSL_CERT_FILE")
    if before is not None:
        os.environ["SSL_CERT_FILE"] = before


def check(sandbox, result, verb, arguments, call):
    pictures.load(result["images"][0]["url"])
    sent = sandbox.requests(call)[-1]
    assert sent.json == arguments
    job = sandbox.job(sent.request_id)
    assert (job["endpoint_id"], job["output"], job["status_code"]) == (ENDPOINTS[verb], result, 200)
    return sent


@pytest.mark.parametrize("verb", ENDPOINTS)
def test_python(verb, tmp_path):
    text, arguments = program("py", verb)
    path = tmp_path / "quick_start.py"
    path.write_text(text)
    origin = TLS_URL.removeprefix("https://")
    output = output_of(
        [sys.executable, path],
        FAL_RUN_HOST=f"{origin}/run",
        FAL_QUEUE_RUN_HOST=f"{origin}/queue",
        SSL_CERT_FILE=CA_FILE,
    )
    *logs, last = output.splitlines()
    sent = check(Sandbox(TLS_URL), ast.literal_eval(last), verb, arguments, "submit")
    assert sent.uri == f"/queue/{ENDPOINTS[verb]}"
    assert logs[0] == f"Request {sent.request_id} accepted by {ENDPOINTS[verb]}"


@pytest.mark.parametrize("verb", ENDPOINTS)
def test_javascript(verb):
    text, arguments = program("mjs", verb)
    path = MODULES / f"quick_start_{verb}.mjs"
    path.write_text(text)
    output = output_of(["node", "--import", HERE / "redirect.mjs", path])
    sandbox = Sandbox(URL)
    sent = sandbox.requests("submit")[-1]
    *_, last = output.splitlines()
    assert last == sent.request_id
    assert sent.uri == f"/queue/{ENDPOINTS[verb]}"
    followed = {request.uri for request in sandbox.requests("status", sent.request_id)}
    assert followed == {f"/queue/{app_of(ENDPOINTS[verb])}/requests/{last}/status?logs=1"}
    result = sandbox.job(last)["output"]
    check(sandbox, result, verb, arguments, "submit")
    assert f"url: '{result['images'][0]['url']}'" in output and f"seed: {result['seed']}" in output


@pytest.mark.parametrize("verb", ENDPOINTS)
def test_curl(verb, tmp_path):
    text, arguments = program("sh", verb)
    path = tmp_path / "quick_start.sh"
    path.write_text(text)
    address = TLS_URL.removeprefix("https://")
    (tmp_path / ".curlrc").write_text(
        f'connect-to = "fal.run:443:{address}"\ncacert = "{CA_FILE}"\nsilent\nshow-error\nfail-with-body\n'
    )
    output = output_of(["sh", path], CURL_HOME=str(tmp_path))
    # Called as `fal.run`, the sandbox names its pictures at fal's own CDN; from here they are below its address.
    assert "https://v3.fal.media/files/" in output
    output = output.replace("https://v3.fal.media", f"{TLS_URL}/cdn")
    sent = check(Sandbox(TLS_URL), json.loads(output), verb, arguments, "run")
    assert sent.headers["content-type"] == "application/json"
    assert sent.uri == f"/run/{ENDPOINTS[verb]}", "the host alone says which service is meant"


@pytest.mark.parametrize("verb", ENDPOINTS)
def test_curl_over_plain_http(verb, tmp_path):
    text, arguments = program("sh", verb)
    plain = re.sub(r"https://fal\.run", f"{URL}/run", text)
    assert shlex.split(plain) != shlex.split(text)
    output = output_of(["sh", "-c", plain])
    check(Sandbox(URL), json.loads(output), verb, arguments, "run")
