"""Uploads: by token in one piece and in parts, by signed URL, and as data URIs."""

import hashlib
import json

import fal_client
import fal_client.client
import pytest
from PIL import ImageChops

from support import pictures
from support.description import EDIT, REMIX
from support.sandbox import URL, fetch

MIB = 1024 * 1024


def test_bytes_come_back_as_they_went(client, sandbox):
    data = pictures.png(pictures.gradient())
    url = client.upload(data, "image/png", file_name="source.png")
    assert url.startswith(f"{URL}/cdn/files/b/") and url.endswith("/source.png")
    status, headers, body = fetch(url)
    assert (status, headers["Content-Type"], body) == (200, "image/png", data)

    assert [request.call for request in sandbox.requests()] == ["token", "upload", "download"]
    token, upload, _ = sandbox.requests()
    assert (token.uri, token.json) == ("/rest/storage/auth/token?storage_type=fal-cdn-v3", {})
    assert (upload.method, upload.uri, upload.body_bytes) == ("POST", "/cdn/files/upload", len(data))
    assert upload.headers["x-fal-file-name"] == "source.png"


def test_a_token_serves_until_it_expires(client, sandbox):
    for text in ("one", "two"):
        url = client.upload(text, "text/plain")
        assert fetch(url)[2] == text.encode()
    assert len(sandbox.requests("token")) == 1


def test_a_lifetime_is_said_by_both_headers(client, sandbox):
    client.upload(b"x", "text/plain", lifecycle=fal_client.StorageSettings(expires_in="1d"))
    headers = sandbox.only("upload").headers
    for name in ("x-fal-object-lifecycle", "x-fal-object-lifecycle-preference"):
        assert json.loads(headers[name]) == {"expiration_duration_seconds": 86400}


def test_a_file_and_its_mask_go_into_an_edit(client, tmp_path):
    source = pictures.gradient(128, 128)
    mask = source.point(lambda _: 255)
    mask.paste((0, 0, 0), (0, 0, 64, 128))
    urls = []
    for name, image in (("source.png", source), ("mask.png", mask)):
        image.save(tmp_path / name)
        urls.append(client.upload_file(tmp_path / name))
        assert urls[-1].endswith(f"/{name}")
    result = client.run(EDIT, {"prompt": "A hole", "image_url": urls[0], "mask_url": urls[1]})
    image = pictures.output(result, size=(128, 128))
    assert ImageChops.difference(image, source).crop((80, 0, 128, 128)).getbbox() is None


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_a_picture_in_memory_is_uploaded_in_any_format(client, kind):
    url = client.upload_image(pictures.gradient(), format=kind)
    assert fetch(url)[1]["Content-Type"] == f"image/{kind}"
    pictures.output(client.run(REMIX, {"prompt": "Dunes", "image_url": url}))


def test_data_uris_are_taken_as_they_are(client, tmp_path):
    pictures.gradient().save(tmp_path / "source.png")
    for url in (fal_client.encode_file(tmp_path / "source.png"), fal_client.encode_image(pictures.gradient())):
        pictures.output(client.run(REMIX, {"prompt": "Dunes", "image_url": url}))


def test_what_is_long_goes_in_parts(client, sandbox, tmp_path):
    """Past the client's own threshold, with its own part size: nothing is lowered for the test."""
    path = tmp_path / "long.bin"
    size = fal_client.client.MULTIPART_THRESHOLD + 1
    block = hashlib.sha256(b"long").digest() * (MIB // 32)
    with path.open("wb") as file:
        for number in range(size // MIB):
            file.write(number.to_bytes(4, "big") + block[4:])
        file.write(b"!")
    url = client.upload_file(path)
    with path.open("rb") as file:
        sent = hashlib.file_digest(file, "sha256").hexdigest()
    assert hashlib.sha256(fetch(url)[2]).hexdigest() == sent

    (start,) = sandbox.requests("initiate")
    assert start.uri == "/cdn/files/upload/multipart" and start.headers["x-fal-file-name"] == "long.bin"
    parts = sandbox.requests("part")
    assert sorted(int(part.uri.rsplit("/", 1)[1]) for part in parts) == list(range(1, 12))
    assert sorted(part.body_bytes for part in parts) == [1] + [10 * MIB] * 10
    named = sandbox.only("complete").json["parts"]
    assert {part["partNumber"] for part in named} == set(range(1, 12))


def test_bytes_in_memory_go_in_parts_too(client, sandbox, monkeypatch):
    monkeypatch.setattr(fal_client.client, "MULTIPART_THRESHOLD", MIB)
    monkeypatch.setattr(fal_client.client, "MULTIPART_CHUNK_SIZE", MIB // 2)
    data = bytes(range(256)) * 5000
    url = client.upload(data, "application/octet-stream")
    assert fetch(url)[2] == data
    assert len(sandbox.requests("part")) == 3


def test_the_older_way_is_a_signed_url(client, sandbox):
    url = client.upload(b"by a signed URL", "text/plain", file_name="note.txt", repository="fal")
    assert fetch(url)[2] == b"by a signed URL"
    announced, put = sandbox.only("initiate"), sandbox.only("upload")
    assert announced.uri == "/rest/storage/upload/initiate?storage_type=gcs"
    assert announced.json == {"file_name": "note.txt", "content_type": "text/plain"}
    assert put.method == "PUT" and put.headers["content-type"] == "text/plain"


def test_a_refused_upload_falls_back_to_a_signed_url(client, sandbox):
    sandbox.misbehave({"calls": ["upload"], "fault": "app-error", "status": 500, "times": 1})
    url = client.upload(b"after all", "text/plain")
    assert fetch(url)[2] == b"after all"
    assert [request.status for request in sandbox.requests("upload")] == [500, 200]
