"""fal's Python client as it is, pointed at the sandbox by its own module's constants."""

import asyncio
import inspect
import os

import fal_client
import fal_client.client
import pytest

from support import sandbox as under_test
from support.sandbox import Sandbox

fal_client.client.RUN_URL_FORMAT = f"{under_test.URL}/run/"
fal_client.client.QUEUE_URL_FORMAT = f"{under_test.URL}/queue/"
fal_client.client.REST_URL = f"{under_test.URL}/rest"
fal_client.client.CDN_URL = f"{under_test.URL}/cdn"
# A login of whoever runs this must not take part.
os.environ.pop("FAL_FORCE_AUTH_BY_USER", None)


class Blocking:
    """An object of the asynchronous client whose methods wait, so that one test serves both clients."""

    def __init__(self, inner, loop):
        self._inner, self._loop = inner, loop

    def __getattr__(self, name):
        value = getattr(self._inner, name)
        if not callable(value):
            return value

        def call(*args, **kwargs):
            answer = self._loop.run_until_complete(self._collect(value(*args, **kwargs)))
            is_handle = isinstance(answer, fal_client.AsyncRequestHandle)
            return Blocking(answer, self._loop) if is_handle else answer

        return call

    @staticmethod
    async def _collect(value):
        if inspect.isasyncgen(value):
            return [item async for item in value]
        return await value if inspect.isawaitable(value) else value


@pytest.fixture
def sandbox():
    sandbox = Sandbox()
    sandbox.forget()
    yield sandbox
    sandbox.forget()


@pytest.fixture(params=["sync", "async"])
def make_client(request):
    """Makes a client of either kind, with any key."""
    if request.param == "sync":
        yield lambda key=under_test.KEY: fal_client.SyncClient(key=key)
        return
    loop = asyncio.new_event_loop()
    yield lambda key=under_test.KEY: Blocking(fal_client.AsyncClient(key=key), loop)
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


@pytest.fixture
def client(make_client, sandbox):
    return make_client()
