"""What the client makes of refusals and failures."""

import fal_client
import pytest

from support.description import GENERATE, REMIX, SCHEMAS, app_of
from support.sandbox import Sandbox

BAD_STYLE = {
    "type": "literal_error",
    "loc": ["body", "style"],
    "msg": "Input should be 'auto', 'general', 'realistic', 'design', 'render_3D' or 'anime'",
    "input": "cubist",
    "ctx": {"expected": "'auto', 'general', 'realistic', 'design', 'render_3D' or 'anime'"},
}


def refusal(call):
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        call()
    return caught.value


@pytest.fixture(params=["run", "subscribe"])
def call(request, client):
    """One way to call: the failure must look the same by either."""
    return lambda *args: getattr(client, request.param)(*args)


def test_a_missing_field_is_named(call, sandbox):
    error = refusal(lambda: call(GENERATE, {}))
    assert error.status_code == 422
    assert error.message == [{"type": "missing", "loc": ["body", "prompt"], "msg": "Field required", "input": {}}]
    assert error.response_headers["x-fal-billable-units"] == "0"
    assert error.error_type is None
    assert sandbox.job(error.response_headers["x-fal-request-id"])["status_code"] == 422


def test_every_wrong_field_is_named_with_its_bounds(call):
    arguments = {"prompt": "A door", "image_url": "x", "strength": 1.5, "style": "cubist", "seed": "none"}
    error = refusal(lambda: call(REMIX, arguments))
    assert error.message == [
        {
            "type": "less_than_equal",
            "loc": ["body", "strength"],
            "msg": "Input should be less than or equal to 1",
            "input": 1.5,
            "ctx": {"le": 1.0},
        },
        {
            "type": "int_parsing",
            "loc": ["body", "seed"],
            "msg": "Input should be a valid integer, unable to parse string as an integer",
            "input": "none",
        },
        BAD_STYLE,
    ]


def test_null_is_no_style(call):
    assert refusal(lambda: call(GENERATE, {"prompt": "A door", "style": None})).message == [
        BAD_STYLE | {"input": None}
    ]


def test_what_can_be_read_as_meant_is_taken(client):
    assert client.run(GENERATE, {"prompt": "A door", "seed": "42", "expand_prompt": "yes", "unknown": 1})["seed"] == 42


def test_a_submit_takes_anything(client):
    handle = client.submit(GENERATE, {"style": "cubist"})
    assert refusal(handle.get).status_code == 422
    status = handle.status()
    assert status.error == "Invalid status code: 422" and status.error_type is None


def test_an_unknown_path_is_the_applications_answer_and_an_unknown_application_the_queues(client):
    handle = client.submit(f"{app_of(GENERATE)}/v9", {})
    error = refusal(handle.get)
    assert (error.status_code, error.message) == (404, "Path /v9 not found")
    error = refusal(lambda: client.submit("fal-ai/no-such-app/v9", {}))
    assert (error.status_code, error.message) == (404, 'Application "no-such-app" not found')


def test_a_source_that_cannot_be_loaded_is_named(call):
    error = refusal(lambda: call(REMIX, {"prompt": "A door", "image_url": "http://127.0.0.1:9/none.png"}))
    assert error.status_code == 422
    (detail,) = error.message
    assert (detail["loc"], detail["type"]) == (["body", "image_url"], "file_download_error")


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("no-colon", "Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'."),
        (":", "Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'."),
    ],
)
def test_a_malformed_key_is_refused(make_client, sandbox, key, message):
    client = make_client(key)
    jobs = sandbox.job_count()
    for call in (client.run, client.submit):
        error = refusal(lambda: call(GENERATE, {"prompt": "A door"}))
        assert (error.status_code, error.message) == (401, message)
    assert sandbox.job_count() == jobs


TRIGGERS = Sandbox().triggers()


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda trigger: trigger["prompt"].strip("_"))
def test_every_failure_looks_the_same_run_or_queued(client, sandbox, trigger):
    name, arguments = trigger["prompt"].strip("_"), {"prompt": f"A door {trigger['prompt']}"}
    handle = client.submit(GENERATE, arguments)
    for error in (refusal(lambda: client.run(GENERATE, arguments)), refusal(handle.get)):
        assert error.status_code == trigger["status"]
        if isinstance(error.message, list):
            (detail,) = error.message
            assert (detail["type"], detail["msg"], detail["loc"][0]) == (name, trigger["message"], "body")
            assert error.error_type is None
        else:
            assert error.message == trigger["message"]
            # A crash says nothing of itself.
            assert error.error_type == (None if name == "crash" else name)
            assert name == "crash" or name in SCHEMAS["RequestErrorType"]["enum"]
    status = handle.status(with_logs=True)
    assert status.error_type == (name if name in SCHEMAS["RequestErrorType"]["enum"] else None)
    assert status.error
    assert len(sandbox.requests("run")) == 1, "what the service itself answers is not tried again"


@pytest.mark.parametrize("fault", ["ingress-error", "rate-limit", "reset-before"])
def test_what_was_not_accepted_is_sent_again(client, sandbox, fault):
    sandbox.misbehave({"calls": ["submit", "status", "result"], "fault": fault, "times": 2})
    jobs = sandbox.job_count()
    assert client.subscribe(GENERATE, {"prompt": "A door", "seed": 6})["seed"] == 6
    assert sandbox.job_count() == jobs + 1
    assert len(sandbox.requests("submit")) == 3


def test_an_answer_of_the_service_is_not_the_ingress(client, sandbox):
    sandbox.misbehave({"calls": ["submit"], "fault": "app-error", "times": 1})
    error = refusal(lambda: client.submit(GENERATE, {"prompt": "A door"}))
    assert error.status_code == 503 and "x-fal-request-id" in error.response_headers
    assert len(sandbox.requests("submit")) == 1


def test_a_lost_reply_makes_two_jobs_of_one_call(client, sandbox):
    sandbox.misbehave({"calls": ["submit"], "fault": "lost-reply", "times": 1})
    jobs = sandbox.job_count()
    client.submit(GENERATE, {"prompt": "A door"})
    assert sandbox.job_count() == jobs + 2, "this client posts again; the sandbox, as the service, takes both"
