"""Webhooks, received and verified as the documentation says: Ed25519 over id, user, time and hash, keys from the JWKS."""

import base64
import hashlib
import json
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from support import pictures
from support.description import GENERATE


@pytest.fixture
def receiver():
    """A URL to deliver to, and what came."""
    came = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.put((self.path, self.headers, body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", came
    server.shutdown()
    server.server_close()


def verify(keys, headers, body):
    timestamp = int(headers["X-Fal-Webhook-Timestamp"])
    assert abs(time.time() - timestamp) <= 300
    lines = [
        headers["X-Fal-Webhook-Request-Id"],
        headers["X-Fal-Webhook-User-Id"],
        headers["X-Fal-Webhook-Timestamp"],
        hashlib.sha256(body).hexdigest(),
    ]
    signature = bytes.fromhex(headers["X-Fal-Webhook-Signature"])
    for key in keys["keys"]:
        assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")
        public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "=" * (-len(key["x"]) % 4)))
        try:
            return public.verify(signature, "\n".join(lines).encode())
        except InvalidSignature:
            continue
    raise InvalidSignature


def test_a_result_is_delivered_and_signed(client, sandbox, receiver):
    base, came = receiver
    url = f"{base}/hook?order=7&note=a%20b"
    handle = client.submit(GENERATE, {"prompt": "A door", "seed": 12}, webhook_url=url)
    path, headers, body = came.get(timeout=20)
    assert path == "/hook?order=7&note=a%20b"
    assert headers["Content-Type"] == "application/json"
    verify(sandbox.jwks(), headers, body)
    with pytest.raises(InvalidSignature):
        verify(sandbox.jwks(), headers, body + b" ")

    delivery = json.loads(body)
    assert headers["X-Fal-Webhook-Request-Id"] == delivery["request_id"] == handle.request_id
    assert (delivery["status"], delivery["payload"]["seed"]) == ("OK", 12)
    assert set(delivery) == {"request_id", "gateway_request_id", "status", "payload"}
    pictures.output(delivery["payload"])
    assert delivery["payload"] == handle.get()
    job = sandbox.await_job(handle.request_id, lambda job: job["webhook_deliveries"])
    assert [(row["attempt"], row["status"]) for row in job["webhook_deliveries"]] == [(1, 200)]


def test_a_failure_is_delivered_as_one(client, sandbox, receiver):
    base, came = receiver
    handle = client.submit(GENERATE, {"style": "cubist"}, webhook_url=base)
    _, headers, body = came.get(timeout=20)
    verify(sandbox.jwks(), headers, body)
    delivery = json.loads(body)
    assert delivery["request_id"] == handle.request_id
    assert (delivery["status"], delivery["error"]) == ("ERROR", "Invalid status code: 422")
    assert [detail["type"] for detail in delivery["payload"]["detail"]] == ["missing", "literal_error"]
