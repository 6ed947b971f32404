"""Synchronous runs."""

import fal_client
import pytest
from PIL import ImageChops

from support import pictures
from support.description import EDIT, ENDPOINTS, GENERATE, REMIX, SCHEMAS, required_example
from support.sandbox import KEY


def test_a_run_gives_the_picture_that_was_asked_for(client, sandbox):
    result = client.run(GENERATE, {"prompt": "A fox reading a map", "seed": 42, "aspect_ratio": "16:9"})
    assert result["seed"] == 42
    pictures.output(result, size=(1280, 720))

    sent = sandbox.only("run")
    assert (sent.method, sent.uri) == ("POST", f"/run/{GENERATE}")
    assert sent.body == '{"prompt":"A fox reading a map","seed":42,"aspect_ratio":"16:9"}'
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["user-agent"] == f"fal-client/{fal_client.__version__} (python)"
    assert sent.headers["authorization"] == "redacted"
    job = sandbox.job(sent.request_id)
    assert (job["origin"], job["endpoint_id"], job["output"]) == ("run", GENERATE, result)


def test_the_client_is_the_one_that_the_drivers_are_written_for():
    assert fal_client.__version__ == "1.0.3"


@pytest.mark.parametrize("verb", ENDPOINTS)
def test_every_endpoint_takes_its_documented_example(client, verb):
    result = client.run(ENDPOINTS[verb], required_example(ENDPOINTS[verb]))
    pictures.load(result["images"][0]["url"])
    assert isinstance(result["seed"], int)


def test_the_same_input_gives_the_same_picture_and_another_seed_another(client):
    def draw(seed):
        return client.run(GENERATE, {"prompt": "A lighthouse", "seed": seed})["images"][0]["url"]

    first, again, other = (pictures.load(draw(seed)) for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


def test_a_ratio_is_a_shape():
    client = fal_client.SyncClient(key=KEY)
    for ratio in SCHEMAS["AspectRatio"]["enum"]:
        result = client.run(GENERATE, {"prompt": "A door", "aspect_ratio": ratio, "sync_mode": True})
        image = pictures.load(result["images"][0]["url"])
        width, height = map(int, ratio.split(":"))
        assert image.width / image.height == pytest.approx(width / height, rel=0.02), ratio


def test_in_sync_mode_the_picture_is_in_the_answer(client, sandbox):
    result = client.run(GENERATE, {"prompt": "A door", "sync_mode": True, "seed": 5})
    assert result["images"][0]["url"].startswith("data:image/png;base64,")
    pictures.output(result)
    assert sandbox.requests("download") == []


def test_a_seed_that_nobody_chose_is_told_and_makes_the_picture_again(client):
    first = client.run(GENERATE, {"prompt": "A door"})
    again = client.run(GENERATE, {"prompt": "A door", "seed": first["seed"]})
    assert pictures.output(first).tobytes() == pictures.output(again).tobytes()


def test_a_remix_keeps_more_of_the_source_the_stronger_it_is(client):
    source = pictures.gradient(512, 512)
    url = fal_client.encode(pictures.png(source), "image/png")

    def distance(strength):
        result = client.run(REMIX, {"prompt": "Dunes", "image_url": url, "strength": strength, "seed": 1})
        image = pictures.output(result)
        difference = ImageChops.difference(image, source.resize(image.size))
        return sum(value * count for value, count in enumerate(difference.convert("L").histogram()))

    assert distance(0.95) < distance(0.5) < distance(0.05)


def test_an_edit_repaints_what_the_mask_selects_and_nothing_else(client):
    source = pictures.gradient(256, 256)
    mask = source.point(lambda _: 255)
    mask.paste((0, 0, 0), (64, 64, 192, 192))
    image_url, mask_url = (fal_client.encode(pictures.png(image), "image/png") for image in (source, mask))
    result = client.run(EDIT, {"prompt": "A hole", "image_url": image_url, "mask_url": mask_url, "seed": 1})
    image = pictures.output(result, size=(256, 256))
    left, top, right, bottom = ImageChops.difference(image, source).getbbox()
    assert left >= 64 - 16 and top >= 64 - 16 and right <= 192 + 16 and bottom <= 192 + 16
    assert (right - left) * (bottom - top) > 64 * 64


def test_platform_headers_are_sent_as_the_platform_reads_them(client, sandbox):
    client.run(
        GENERATE, {"prompt": "A door"}, start_timeout=30, hint="lora-a", headers={"X-Fal-Store-IO": "0"}, timeout=50
    )
    headers = sandbox.only("run").headers
    assert headers["x-fal-request-timeout"] == "30.0"
    assert headers["x-fal-runner-hint"] == "lora-a"
    assert headers["x-fal-store-io"] == "0"


def test_a_path_is_appended_to_the_endpoint(client, sandbox):
    owner_and_app, rest = GENERATE.split("/")[:2], GENERATE.split("/")[2:]
    client.run("/".join(owner_and_app), {"prompt": "A door"}, path="/" + "/".join(rest))
    assert sandbox.only("run").uri == f"/run/{GENERATE}"
