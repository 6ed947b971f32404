"""Every refusal and failure is one that the description describes."""

import pytest

from support.description import GENERATE, app_of
from support.judge import AUTHORIZATION, DESCRIBED, QUEUE, RUN, call
from support.sandbox import URL, Sandbox, fetch

SANDBOX = Sandbox()


def run_case(arguments, **kwargs):
    return RUN[f"/{GENERATE}"]["POST"].Case(body=arguments, media_type="application/json", **kwargs)


def submit_case(arguments, **kwargs):
    return QUEUE[f"/{GENERATE}"]["POST"].Case(body=arguments, media_type="application/json", **kwargs)


@pytest.mark.parametrize("trigger", SANDBOX.triggers(), ids=lambda trigger: trigger["prompt"].strip("_"))
def test_every_failure_is_described(trigger):
    arguments = {"prompt": trigger["prompt"]}
    assert call(run_case(arguments), DESCRIBED).status_code == trigger["status"]
    request_id = call(submit_case(arguments)).json()["request_id"]
    SANDBOX.await_job(request_id, lambda job: job["status"] == "COMPLETED")
    owner, app = app_of(GENERATE).split("/")
    path = "/{owner}/{app}/requests/{request_id}"
    for suffix, method, expected in (("", "GET", trigger["status"]), ("/status", "GET", 200), ("/cancel", "PUT", 400)):
        operation = QUEUE[path + suffix][method]
        case = operation.Case(path_parameters={"owner": owner, "app": app, "request_id": request_id})
        assert call(case, DESCRIBED).status_code == expected


@pytest.mark.parametrize("value", [None, "Key no-colon", "Bearer sandbox:key", "Key"])
@pytest.mark.parametrize("make", [run_case, submit_case])
def test_a_refused_key_is_described(make, value):
    headers = {} if value is None else {"Authorization": value}
    assert call(make({"prompt": "A door"}), headers=headers).status_code == 401


@pytest.mark.parametrize("make", [run_case, submit_case])
@pytest.mark.parametrize(("fault", "status"), [("rate-limit", 429), ("app-error", 503), ("app-error-after", 503)])
def test_a_passing_failure_is_described(make, fault, status):
    SANDBOX.misbehave({"calls": ["run", "submit"], "fault": fault})
    try:
        assert call(make({"prompt": "A door"}), DESCRIBED).status_code == status
    finally:
        SANDBOX.forget()


def test_a_queue_that_is_too_long_is_described():
    runners = SANDBOX.runners()
    ids = [call(submit_case({"prompt": "__hang__"})).json()["request_id"] for _ in range(runners + 2)]
    try:
        answer = call(submit_case({"prompt": "A door"}, query={"fal_max_queue_length": 1}))
        assert answer.status_code == 429
        # And a run that does not start in time, since nothing can.
        late = run_case({"prompt": "A door"}, headers={"X-Fal-Request-Start-Timeout": "0.2"})
        answer = call(late, DESCRIBED)
        assert (answer.status_code, answer.headers["x-fal-request-timeout-type"]) == (504, ["user"])
    finally:
        for request_id in ids:
            fetch(f"{URL}/queue/{app_of(GENERATE)}/requests/{request_id}/cancel", "PUT", headers=AUTHORIZATION)
