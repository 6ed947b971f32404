"""Clients in a network of their own, in which the names of fal's hosts are this machine: nothing of a client is changed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.description import GENERATE

HOSTS = "127.0.0.1 localhost fal.run queue.fal.run rest.fal.ai v3.fal.media api.fal.ai fal.ai\n"
# In the namespace: the loopback comes up, the names lead there, and the sandbox takes the port of HTTPS.
INSIDE = """
import fcntl, json, os, socket, struct, subprocess, sys
folder, program, endpoint = sys.argv[1:]
subprocess.run(["mount", "--bind", f"{folder}/hosts", "/etc/hosts"], check=True)
with socket.socket() as one:
    fcntl.ioctl(one, 0x8914, struct.pack("16sh14x", b"lo", 0x49))  # SIOCSIFFLAGS: up, loopback, running
authority = f"{folder}/authority.pem"
command = [program, "sandbox", "--port", "443", "--tls", authority]
sandbox = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
sandbox.stdout.readline()
environment = {**os.environ, "SSL_CERT_FILE": authority, "NODE_EXTRA_CA_CERTS": authority, "CURL_CA_BUNDLE": authority, "FAL_KEY": "id:secret"}
python = '''
import fal_client, json, sys
output = fal_client.subscribe(sys.argv[1], arguments={"prompt": "Python"})
print(json.dumps([output["images"][0]["url"], fal_client.upload(b"hello", "text/plain")]))
'''
javascript = '''
import { fal } from "@fal-ai/client";
const { data } = await fal.subscribe(process.argv[1], { input: { prompt: "JavaScript" }, pollInterval: 50 });
const file = await fal.storage.upload(new Blob(["hello"], { type: "text/plain" }));
console.log(JSON.stringify([data.images[0].url, file, (await fetch(data.images[0].url)).status]));
'''
curl = ["curl", "-sS", f"https://fal.run/{endpoint}", "-H", "Authorization: Key id:secret", "--json", '{"prompt": "curl"}']
try:
    outputs = [
        subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, cwd=folder)
        for command in (curl, [sys.executable, "-c", python, endpoint], ["node", "--input-type=module", "-e", javascript, endpoint])
    ]
finally:
    sandbox.terminate()
    sandbox.wait()
print(json.dumps([[output.stdout, output.stderr] for output in outputs]))
"""
ALONE = ["unshare", "--map-root-user", "--net", "--mount"]


def can_be_alone():
    return shutil.which("unshare") and subprocess.run([*ALONE, "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not can_be_alone(), reason="no network namespace can be made here")
def test_curl_python_and_javascript_reach_it_by_fals_own_names_on_the_port_of_https(tmp_path):
    (tmp_path / "hosts").write_text(HOSTS)
    # Node looks for modules beside and above the folder that it runs in.
    (tmp_path / "node_modules").symlink_to(Path.cwd() / "javascript/node_modules")
    inside = [sys.executable, "-c", INSIDE, str(tmp_path), os.environ["CONFORMANCE_PROGRAM"], GENERATE]
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    run = subprocess.run([*ALONE, *inside], env=environment, capture_output=True, text=True, timeout=240)
    assert run.returncode == 0, run.stderr
    curl, python, javascript = json.loads(run.stdout.splitlines()[-1])
    assert json.loads(curl[0])["images"][0]["url"].startswith("https://v3.fal.media/files/"), curl
    for said, errors in (python, javascript):
        urls = json.loads(said or "null")
        assert urls and all(url.startswith("https://v3.fal.media/files/") for url in urls[:2]), errors
    assert json.loads(javascript[0])[2] == 200, javascript
