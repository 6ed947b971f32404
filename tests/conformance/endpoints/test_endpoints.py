"""Endpoints of other shapes, added to a copy of the workspace by `cargo xtask add`: each called by its command, in the sandbox
of the same program."""

import json
import os
import subprocess

import pytest

from support.pictures import decode
from support.sandbox import URL, fetch


def ideogram(place, *arguments):
    """The exit status and the envelope of a command."""
    command = [os.environ["CONFORMANCE_PROGRAM"], *arguments, "--sandbox", "--json"]
    run = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=120)
    return run.returncode, json.loads(run.stdout)


@pytest.fixture
def source(tmp_path):
    """A picture to work on."""
    status, _ = ideogram(tmp_path, "generate", "A source", "-o", "source.png")
    assert status == 0
    return "source.png"


def made(place, *arguments):
    """What a command saved: the result, and the size of each file."""
    status, envelope = ideogram(place, *arguments, "-o", "made.png")
    assert status == 0, envelope
    result = envelope["results"][0]
    return result, [decode((place / image["path"]).read_bytes()).size for image in result["images"]]


def test_an_ideogram_endpoint_with_image_size(tmp_path):
    size = '{"width": 640, "height": 320}'
    result, sizes = made(tmp_path, "picture", "Wide", "--num-images", "3", "--image-size", size, "--style", "DESIGN")
    assert result["endpoint"] == "fal-ai/ideogram/v3" and sizes == [(640, 320)] * 3, result


def test_one_whose_output_has_sizes_and_times(tmp_path):
    result, sizes = made(tmp_path, "flux", "Two cats", "--num-images", "2", "--image-size", "landscape_16_9")
    assert result["endpoint"] == "fal-ai/flux/dev" and sizes == [(1024, 576)] * 2, result
    assert [image["width"] for image in result["images"]] == [1024, 1024], result


def test_one_with_unions(tmp_path, source):
    spot = '{"x": 1, "radius": 2.5}'
    result, sizes = made(tmp_path, "upscale", source, "--factor", "auto", "--target", spot)
    assert result["input"]["factor"] == "auto" and result["input"]["target"] == json.loads(spot), result
    assert len(sizes) == 1, sizes


def test_one_with_whole_numbers_to_choose_from(tmp_path, source):
    result, sizes = made(tmp_path, "enlarge", source, "--model", "anime", "--scale", "4")
    assert result["input"]["scale"] == 4 and len(sizes) == 1, result
    status, envelope = ideogram(tmp_path, "enlarge", source, "--model", "anime", "--scale", "3")
    assert status != 0 and "`1`, `2`, `4`, `8`" in envelope["error"]["message"], envelope
    # The sandbox refuses it too, in the framework's words.
    body = {"image_url": "https://example.com/a.png", "model": "anime", "scale": 3}
    status, _, answer = fetch(f"{URL}/run/fal-ai/esrgan", "POST", body, {"Authorization": "Key id:secret"})
    assert status == 422 and json.loads(answer)["detail"][0]["msg"] == "Input should be 1, 2, 4 or 8", answer


def test_one_with_a_nested_output(tmp_path):
    result, sizes = made(tmp_path, "layers", "Layers", "--num-layers", "2")
    assert result["endpoint"] == "fal-ai/layer/diffusion" and sizes == [(1024, 1024)] * 3, result
