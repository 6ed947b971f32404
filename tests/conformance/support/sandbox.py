"""The sandbox under test, looked at from behind."""

import json
import os
import time
import urllib.request
from dataclasses import dataclass

URL = os.environ["SANDBOX_URL"]
TLS_URL = os.environ["SANDBOX_TLS_URL"]
CA_FILE = os.environ["SANDBOX_CA_FILE"]
KEY = os.environ["FAL_KEY"]


def fetch(url, method="GET", body=None, headers=None):
    """Status, headers and body, whatever the status."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    if data is not None:
        request.add_header("Content-Type", "application/json")
    try:
        answer = urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers, answer.read()


@dataclass(frozen=True)
class Sent:
    """One request as the sandbox got it."""

    method: str
    uri: str
    call: str
    headers: dict
    body: str
    body_bytes: int
    status: int
    request_id: str
    number: int

    @property
    def json(self):
        return json.loads(self.body)


class Sandbox:
    def __init__(self, url=URL):
        self.url = url

    def forget(self):
        """No requests so far, and no faults."""
        fetch(f"{self.url}/_sandbox/requests", "DELETE")
        fetch(f"{self.url}/_sandbox/faults", "DELETE")

    def misbehave(self, *rules):
        status, _, body = fetch(f"{self.url}/_sandbox/faults", "PUT", {"seed": 1, "rule": list(rules)})
        assert status == 200, body

    def _look(self, query):
        return json.loads(fetch(f"{self.url}/_sandbox/requests?limit=2000&{query}")[2])

    def requests(self, call=None, request_id=None):
        """What was really sent, oldest first."""
        query = "&".join(
            f"{name}={value}" for name, value in (("call", call), ("request_id", request_id)) if value is not None
        )
        found = self._look(query)["requests"]
        names = Sent.__dataclass_fields__
        records = [Sent(**{name: row[name] for name in names} | {"headers": dict(row["headers"])}) for row in found]
        return sorted(records, key=lambda record: record.number)

    def only(self, call):
        """The one request of that kind."""
        found = self.requests(call)
        assert len(found) == 1, found
        return found[0]

    def job(self, request_id):
        found = self._look(f"request_id={request_id}")["jobs"]
        assert len(found) == 1, found
        return found[0]

    def job_count(self):
        return self._look("limit=0")["job_count"]

    def runners(self):
        """How many jobs run at once."""
        return self._look("limit=0")["runners"]

    def await_job(self, request_id, wanted, seconds=20):
        """The job once `wanted` holds of it."""
        deadline = time.monotonic() + seconds
        while True:
            job = self.job(request_id)
            if wanted(job):
                return job
            assert time.monotonic() < deadline, job
            time.sleep(0.02)

    def triggers(self):
        """What makes a request fail, and how: prompt, status, message."""
        return json.loads(fetch(f"{self.url}/_sandbox/triggers")[2])

    def jwks(self):
        return json.loads(fetch(f"{self.url}/rest/.well-known/jwks.json")[2])
