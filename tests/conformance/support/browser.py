"""Chromium without a window, led over its own protocol."""

import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from websockets.sync.client import connect

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
# How long anything may take that a person would wait for.
PATIENCE = 30
# What the browser says to a question that was under way while the page was left for another one.
LEFT = ("Inspected target navigated or closed", "Execution context was destroyed.", "Cannot find context with specified id")


class Refused(AssertionError):
    """The browser did not do what it was asked to."""


class Page:
    """One page, and what it complained of."""

    def __init__(self, socket):
        self._socket, self._numbers = socket, itertools.count(1)
        self.complaints = []
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method, **params):
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        deadline = time.monotonic() + PATIENCE
        while True:
            message = json.loads(self._socket.recv(timeout=deadline - time.monotonic()))
            if message.get("id") == number:
                if "error" in message:
                    raise Refused(message["error"]["message"])
                return message["result"]
            if message.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded", "Page.javascriptDialogOpening"):
                self.complaints.append(message["params"])

    def go(self, url):
        assert "errorText" not in self.call("Page.navigate", url=url), url

    def evaluate(self, script):
        """The value of an expression; that of a promise when it is there."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, script):
        """The first value of an expression that is not null, false, zero or empty, on this page or on the next."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if value := self.evaluate(script):
                    return value
            except Refused as refused:
                if str(refused) not in LEFT:
                    raise
            assert time.monotonic() < deadline, f"never came true: {script}"
            time.sleep(0.02)

    def resize(self, width, height, scheme="light"):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, file):
        data = base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
        Path(file).write_bytes(data)
        return data


def _program():
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "no Chromium: `apt-get install chromium`, or your system's way"
    return found


def _address(folder, process):
    """Where it listens; it writes the port and a path into a file."""
    file = folder / "DevToolsActivePort"
    deadline = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, f"the browser ended with status {process.returncode}"
        lines = file.read_text().split() if file.exists() else []
        if len(lines) == 2:
            return f"127.0.0.1:{lines[0]}"
        assert time.monotonic() < deadline, "the browser does not start"
        time.sleep(0.02)


@contextmanager
def open_page(*flags):
    """A page in a browser of its own, which ends with it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [_program(), *FLAGS, *flags, f"--user-data-dir={folder}", "about:blank"]
        if os.geteuid() == 0:
            # It refuses to run as root otherwise, as builds in containers do; it sees nothing but the sandbox.
            command.insert(1, "--no-sandbox")
        # What it leaves behind goes with the folder.
        env = {**os.environ, "TMPDIR": folder}
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            address = _address(Path(folder), process)
            with urllib.request.urlopen(f"http://{address}/json/list", timeout=PATIENCE) as answer:
                target = next(target for target in json.load(answer) if target["type"] == "page")
            with connect(target["webSocketDebuggerUrl"], max_size=64 << 20, proxy=None) as socket:
                yield Page(socket)
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
