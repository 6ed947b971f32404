"""Pictures, decoded."""

import base64
import io

from PIL import Image

from .sandbox import fetch


def load(url):
    """The picture behind a URL or in a data URI; it must be a whole PNG."""
    if url.startswith("data:"):
        head, data = url.split(",", 1)
        assert head == "data:image/png;base64", head
        data = base64.b64decode(data, validate=True)
    else:
        status, headers, data = fetch(url)
        assert status == 200 and headers["Content-Type"] == "image/png", (status, headers)
    return decode(data)


def decode(data):
    image = Image.open(io.BytesIO(data), formats=["PNG"])
    image.load()
    return image.convert("RGB")


def output(result, size=(1024, 1024)):
    """The one picture of an output, which must have the shape of the description, and this size."""
    assert set(result) == {"images", "seed"}, result
    (file,) = result["images"]
    assert set(file) == {"url", "content_type", "file_name", "file_size"}, file
    assert file["content_type"] == "image/png"
    image = load(file["url"])
    assert image.size == size
    assert len(image.getcolors(1 << 24)) > 100, "a picture has more than a few colours"
    return image


def gradient(width=320, height=200):
    """A picture to upload."""
    image = Image.new("RGB", (width, height))
    image.putdata([(x * 255 // width, y * 255 // height, 90) for y in range(height) for x in range(width)])
    return image


def png(image):
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
