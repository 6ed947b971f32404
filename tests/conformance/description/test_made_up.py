"""No answer that the description does not describe, whatever is sent.

Requests are made up from the description, good and bad ones, the same in every run. Whether bad ones are refused is not
looked at: a submit validates nothing.
"""

import base64
import json
import zlib

import pytest
from hypothesis import HealthCheck, settings

from support import pictures
from support.description import EDIT, GENERATE, REMIX, app_of, required_example
from support.judge import AUTHORIZATION, CHECKS, DESCRIBED, QUEUE, RUN, call
from support.sandbox import URL, Sandbox, fetch

SANDBOX = Sandbox()


def examples(count):
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def choose(case, options):
    """One of the options, or none in one case of four; the same for the same case."""
    text = repr((case.path_parameters, case.query, case.body))
    number = zlib.crc32(text.encode("utf-8", "surrogatepass"))
    return None if number % 4 == 0 else options[number // 4 % len(options)]


@pytest.fixture(scope="module")
def files():
    """Files that load, for inputs that would else never get as far as a picture."""
    source = pictures.gradient(64, 64)
    uri = "data:image/png;base64," + base64.b64encode(pictures.png(source)).decode()
    return {"image_url": uri, "mask_url": uri}


def give_files(case, files):
    if isinstance(case.body, dict) and choose(case, [True]):
        for name, uri in files.items():
            if name in case.body:
                case.body[name] = uri


@RUN.parametrize()
@examples(60)
def test_runs(case, files):
    give_files(case, files)
    call(case)


@pytest.fixture(scope="module")
def requests(files):
    """Requests in every state: waiting, running, cancelled, failed in each way, and completed."""

    def submit(endpoint, arguments):
        status, _, body = fetch(f"{URL}/queue/{endpoint}", "POST", arguments, AUTHORIZATION)
        assert status == 200, body
        return json.loads(body)["request_id"]

    completed = [submit(GENERATE, {"prompt": "A door"}), submit(GENERATE, {}), submit(f"{app_of(GENERATE)}/none", {})]
    completed += [submit(endpoint, required_example(endpoint) | files) for endpoint in (REMIX, EDIT)]
    completed += [submit(GENERATE, {"prompt": trigger["prompt"]}) for trigger in SANDBOX.triggers()]
    for request_id in completed:
        SANDBOX.await_job(request_id, lambda job: job["status"] == "COMPLETED")
    runners = SANDBOX.runners()
    # One runner is left for the others.
    running = [submit(GENERATE, {"prompt": "__hang__"}) for _ in range(runners - 1)]
    yield {"completed": completed, "running": running}
    for request_id in running:
        fetch(f"{URL}/queue/{app_of(GENERATE)}/requests/{request_id}/cancel", "PUT", headers=AUTHORIZATION)


@QUEUE.parametrize()
@examples(60)
def test_queue(case, requests, files):
    give_files(case, files)
    if "request_id" in case.operation.path:
        # A stream ends with its job only.
        ends = case.operation.path.endswith("/stream")
        pool = requests["completed"] + ([] if ends else requests["running"])
        if request_id := choose(case, pool):
            owner, app = app_of(GENERATE).split("/")
            case.path_parameters = {"owner": owner, "app": app, "request_id": request_id}
    # A failed job's result is the model's failure.
    is_result = case.operation.method == "get" and case.operation.path.endswith("{request_id}")
    call(case, DESCRIBED if is_result else CHECKS)
