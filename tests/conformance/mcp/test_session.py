"""The protocol's own Python client plays sessions with `ideogram mcp`, whose service is the sandbox under test."""

import asyncio
import base64
import io
import os
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from PIL import Image

from support import sandbox as under_test
from support.description import ENDPOINTS
from support.sandbox import Sandbox

PROGRAM = os.environ["CONFORMANCE_PROGRAM"]


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory() as place:
        yield Path(place)


@asynccontextmanager
async def session(folder, *arguments):
    """A client that has shaken hands with a server whose root is `folder`/root."""
    root = folder / "root"
    root.mkdir(exist_ok=True)
    server = StdioServerParameters(
        command=PROGRAM,
        args=["mcp", "--root", str(root), "--ledger", str(folder / "ledger.db"), *arguments],
        env={"HOME": str(folder), "FAL_KEY": under_test.KEY, "IDEOGRAM_BASE_URL": under_test.URL},
    )
    async with stdio_client(server) as (read, write), ClientSession(read, write) as client:
        await client.initialize()
        yield client


def bought():
    return len(Sandbox().requests("submit"))


def play(work):
    Sandbox().forget()
    asyncio.run(asyncio.wait_for(work, 120))


def test_a_picture_is_bought_with_progress_and_shown(folder):
    async def work():
        heard = []

        async def hear(progress, total, message):
            heard.append((progress, message))

        async with session(folder, "--max-image-bytes", "10000000") as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            assert {*ENDPOINTS, "mask_rect", "job_result", "job_cancel"} <= tools
            result = await client.call_tool("generate", {"prompt": "A fox"}, progress_callback=hear)
            assert not result.is_error
            image = Image.open(io.BytesIO(base64.b64decode(result.content[1].data)))
            assert image.size == (1024, 1024)
            assert [path.suffix for path in (folder / "root").iterdir()] == [".png"]
        assert heard and [at for at, _ in heard] == sorted(at for at, _ in heard)
        assert bought() == 1

    play(work())


def test_a_long_call_is_looked_up_and_an_identical_one_buys_nothing(folder):
    async def work():
        async with session(folder, "--wait", "1ms") as client:
            job = (await client.call_tool("generate", {"prompt": "A fox"})).structured_content["job"]
            same = (await client.call_tool("generate", {"prompt": "A fox"})).structured_content["job"]
            while job["id"] is None:
                job = (await client.call_tool("generate", {"prompt": "A fox"})).structured_content["job"]
            assert same["id"] in (None, job["id"])
            listed = (await client.call_tool("job_list", {})).structured_content["jobs"]
            assert [one["id"] for one in listed] == [job["id"]]
        async with session(folder, "--wait", "60s") as client:
            result = await client.call_tool("job_result", {"id": job["id"]})
            assert not result.is_error and result.structured_content["job"]["state"] == "saved"
            link = next(block for block in result.content if block.type == "resource_link")
            read = await client.read_resource(link.uri)
            assert Image.open(io.BytesIO(base64.b64decode(read.contents[0].blob))).size == (1024, 1024)
        assert bought() == 1

    play(work())


def test_the_cost_limit_and_the_root_hold(folder):
    async def work():
        async with session(folder, "--max-cost", "0.05") as client:
            assert not (await client.call_tool("generate", {"prompt": "A fox"})).is_error
            over = await client.call_tool("generate", {"prompt": "An owl", "again": True})
            assert over.is_error and over.structured_content["error"]["kind"] == "cost"
            outside = await client.call_tool("remix", {"prompt": "A fox", "image_url": "../ledger.db"})
            assert outside.is_error and "outside of the root" in outside.structured_content["error"]["message"]
        assert bought() == 1

    play(work())
