"""The queue: submit, status, logs, result, cancel."""

import re
import uuid
import warnings

import fal_client
import pytest

from support import pictures
from support.description import GENERATE, app_of
from support.sandbox import KEY, URL, fetch

HANG = {"prompt": "__hang__"}
AUTHORIZATION = {"Authorization": f"Key {KEY}"}


@pytest.fixture
def busy(client, sandbox):
    """Every runner is taken; the handles of what takes them."""
    runners = sandbox.runners()
    handles = [client.submit(GENERATE, HANG) for _ in range(runners)]
    for handle in handles:
        sandbox.await_job(handle.request_id, lambda job: job["status"] == "IN_PROGRESS")
    yield handles
    for handle in handles:
        try:
            handle.cancel()
        except fal_client.FalClientHTTPError as error:
            assert error.message == '{"status":"ALREADY_COMPLETED"}'
        sandbox.await_job(handle.request_id, lambda job: job["status"] == "COMPLETED")


def test_a_submit_gives_a_handle_whose_urls_name_owner_and_app_only(client, sandbox):
    handle = client.submit(GENERATE, {"prompt": "A door", "seed": 9})
    uuid.UUID(handle.request_id)
    base = f"{URL}/queue/{app_of(GENERATE)}/requests/{handle.request_id}"
    assert (handle.response_url, handle.status_url, handle.cancel_url) == (base, f"{base}/status", f"{base}/cancel")

    result = handle.get(interval=0.02)
    assert result["seed"] == 9
    pictures.output(result)
    sent = sandbox.requests()
    assert sent[0].uri == f"/queue/{GENERATE}" and sent[0].json == {"prompt": "A door", "seed": 9}
    assert {request.uri for request in sent if request.call == "status"} == {
        f"/queue/{app_of(GENERATE)}/requests/{handle.request_id}/status?logs=false"
    }
    assert {request.status for request in sent if request.call == "status"} == {202, 200}
    assert sandbox.job(handle.request_id)["calls"]["submit"] == 1


def test_a_job_is_found_again_by_its_id(client):
    handle = client.submit(GENERATE, {"prompt": "A door", "seed": 10})
    assert client.result(GENERATE, handle.request_id)["seed"] == 10
    status = client.status(GENERATE, handle.request_id, with_logs=True)
    assert isinstance(status, fal_client.Completed)
    assert client.get_handle(GENERATE, handle.request_id).response_url == handle.response_url


def test_subscribe_tells_every_state_with_growing_logs(client, sandbox, busy):
    ids, updates = [], []

    def on_update(update):
        updates.append(update)
        if len(updates) == 2:
            fetch(f"{URL}/queue/{app_of(GENERATE)}/requests/{busy[0].request_id}/cancel", "PUT", headers=AUTHORIZATION)

    result = client.subscribe(
        GENERATE,
        {"prompt": "A door", "seed": 11},
        with_logs=True,
        interval=0.02,
        on_enqueue=ids.append,
        on_queue_update=on_update,
        priority="low",
    )
    assert result["seed"] == 11
    pictures.output(result)
    assert updates[0] == fal_client.Queued(position=0)
    order = [fal_client.Queued, fal_client.InProgress, fal_client.Completed]
    seen = [type(update) for update in updates]
    assert seen == sorted(seen, key=order.index) and set(seen) == set(order), seen

    logs = [update.logs for update in updates if not isinstance(update, fal_client.Queued)]
    for earlier, later in zip(logs, logs[1:]):
        assert later[: len(earlier)] == earlier, "a poll tells all lines so far"
    messages = [line["message"] for line in logs[-1]]
    assert messages[0] == f"Request {ids[0]} accepted by {GENERATE}" and messages[-1] == "Done, seed 11"
    for line in logs[-1]:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", line["timestamp"])
        assert (line["level"], line["source"], line["labels"]) == ("INFO", "USER", {"level": "INFO"})
    assert updates[-1].error is None and updates[-1].error_type is None
    assert updates[-1].metrics["inference_time"] > 0.1

    sent = sandbox.requests(request_id=ids[0])
    assert sent[0].headers["x-fal-queue-priority"] == "low"
    assert "logs=true" in sent[1].uri


def test_without_logs_none_are_told(client):
    handle = client.submit(GENERATE, {"prompt": "A door"})
    *_, last = handle.iter_events(interval=0.02)
    assert last.logs is None


def test_the_position_falls_as_others_leave(client, sandbox, busy):
    first, second = (client.submit(GENERATE, {"prompt": "A door"}) for _ in range(2))
    assert (first.status(), second.status()) == (fal_client.Queued(position=0), fal_client.Queued(position=1))
    first.cancel()
    positions = (status.position for status in iter(second.status, None))
    assert next(position for position in positions if position != 1) == 0


def test_a_low_priority_waits_behind_a_normal_one(client, busy):
    low = client.submit(GENERATE, {"prompt": "A door"}, priority="low")
    normal = client.submit(GENERATE, {"prompt": "A door"}, priority="normal")
    assert (normal.status().position, low.status().position) == (0, 1)


def test_cancel_of_a_waiting_job_takes_it_from_the_queue(client, sandbox, busy):
    handle = client.submit(GENERATE, {"prompt": "A door"})
    handle.cancel()
    sent = sandbox.only("cancel")
    assert (sent.method, sent.status, sent.body) == ("PUT", 200, "")
    status = handle.status()
    assert isinstance(status, fal_client.Completed) and status.error_type == "client_cancelled"
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        handle.get()
    assert (caught.value.status_code, caught.value.error_type) == (499, "client_cancelled")
    assert sandbox.job(handle.request_id)["started_at"] is None


def test_cancel_of_a_running_job_is_a_request(client, sandbox):
    handle = client.submit(GENERATE, HANG)
    sandbox.await_job(handle.request_id, lambda job: job["status"] == "IN_PROGRESS")
    client.cancel(GENERATE, handle.request_id)
    assert sandbox.only("cancel").status == 202
    sandbox.await_job(handle.request_id, lambda job: job["status"] == "COMPLETED")


def test_cancel_of_a_completed_job_is_refused(client):
    handle = client.submit(GENERATE, {"prompt": "A door"})
    handle.get(interval=0.02)
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        handle.cancel()
    assert (caught.value.status_code, caught.value.message) == (400, '{"status":"ALREADY_COMPLETED"}')


@pytest.mark.parametrize("method", ["status", "result", "cancel"])
def test_an_unknown_request_is_not_found(client, method):
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        getattr(client, method)(GENERATE, str(uuid.uuid4()))
    assert (caught.value.status_code, caught.value.message) == (404, '{"status":"NOT_FOUND"}')


def test_below_the_full_id_nothing_is_asked_about(client):
    handle = client.submit(GENERATE, {"prompt": "A door"})
    for action, method in (("", "GET"), ("/status", "GET"), ("/cancel", "PUT")):
        url = f"{URL}/queue/{GENERATE}/requests/{handle.request_id}{action}"
        assert fetch(url, method, headers=AUTHORIZATION)[0] == 405


def test_a_result_before_its_time_is_refused(client, busy):
    status, headers, body = fetch(busy[0].response_url, headers=AUTHORIZATION)
    assert (status, body) == (400, b'{"detail":"Request is still in progress"}')
    assert headers["x-fal-request-id"] == busy[0].request_id


def test_the_start_timeout_of_the_caller_ends_a_job_that_never_started(client, sandbox, busy):
    handle = client.submit(GENERATE, {"prompt": "A door"}, start_timeout=1.1)
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        handle.get(interval=0.05)
    error = caught.value
    assert (error.status_code, error.message, error.error_type) == (504, "Request timed out", "request_timeout")
    assert error.response_headers["x-fal-request-timeout-type"] == "user"
    assert sandbox.only("result").status == 504, "it is asked for once only"


def test_the_clients_own_timeout_cancels_the_job(client, sandbox):
    with pytest.raises(fal_client.FalClientTimeoutError) as caught:
        client.subscribe(GENERATE, HANG, client_timeout=1.2, interval=0.05)
    assert caught.value.timeout == 1.2
    job = sandbox.await_job(caught.value.request_id, lambda job: job["status"] == "COMPLETED")
    assert (job["status_code"], job["calls"]["cancel"]) == (499, 1)
    assert sandbox.only("submit").headers["x-fal-request-timeout"] == "1.2"


def test_a_start_timeout_beyond_the_clients_own_is_worth_a_warning(client):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = client.subscribe(GENERATE, {"prompt": "A door", "seed": 3}, client_timeout=20, start_timeout=30)
    assert result["seed"] == 3
    assert any("larger than client_timeout" in str(warning.message) for warning in caught)
