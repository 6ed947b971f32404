"""fal's Python client by fal's own host names: nothing of it is changed, only where the names lead."""

import json
import os
import subprocess
import sys

from support.description import ENDPOINTS, GENERATE, required_example

PROGRAM = """
import json, os, socket, sys
from urllib.parse import urlsplit

HOSTS = {"fal.run", "queue.fal.run", "rest.fal.ai", "v3.fal.media"}
sandbox = urlsplit(os.environ["SANDBOX_TLS_URL"])
resolve = socket.getaddrinfo

def lead(host, port, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    assert name in HOSTS, f"{name} is called"
    return resolve(sandbox.hostname, sandbox.port, *args, **kwargs)

socket.getaddrinfo = lead
import fal_client
import httpx

generate, remix, remix_input = json.loads(sys.argv[1])
client = fal_client.SyncClient(key="id:secret")
handle = client.submit(generate, arguments={"prompt": "By its own name"})
again = client.get_handle(generate, handle.request_id)
urls = [[one.response_url, one.status_url, one.cancel_url] for one in (handle, again)]
picture = handle.get()["images"][0]["url"]
fetched = httpx.get(picture).status_code
uploaded = client.upload(httpx.get(picture).content, "image/png")
made = [client.run(remix, arguments={**remix_input, "image_url": url}) for url in (picture, uploaded)]
print(json.dumps([urls, picture, fetched, uploaded, [len(output["images"]) for output in made]]))
"""


def test_a_client_that_is_led_to_the_sandbox_by_the_names_of_fals_hosts_needs_nothing_else():
    proxies = {"http_proxy", "https_proxy", "all_proxy"}
    environment = {name: value for name, value in os.environ.items() if name.lower() not in proxies}
    environment["SSL_CERT_FILE"] = os.environ["SANDBOX_CA_FILE"]
    remix = ENDPOINTS["remix"]
    arguments = json.dumps([GENERATE, remix, required_example(remix)])
    command = [sys.executable, "-c", PROGRAM, arguments]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    (first, again), picture, fetched, uploaded, made = json.loads(run.stdout)
    assert first == again, "a handle read back equals the first one"
    assert all(url.startswith("https://queue.fal.run/fal-ai/ideogram/requests/") for url in first), first
    assert picture.startswith("https://v3.fal.media/files/") and fetched == 200, picture
    assert uploaded.startswith("https://v3.fal.media/files/"), uploaded
    assert made == [1, 1], "a file is an input by the name under which it was told"
