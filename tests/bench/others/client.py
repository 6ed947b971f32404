"""The same work by fal's Python client; orders and figures are those of `src/client/main.rs`."""

import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import fal_client
import fal_client.client as module

orders = json.loads(sys.argv[1])
base = orders["base"]
module.RUN_URL_FORMAT = base + "/run/"
module.QUEUE_URL_FORMAT = base + "/queue/"
module.REST_URL = base + "/rest"
module.CDN_URL = base + "/cdn"

INPUT = {"prompt": "A fox reading a map, poster"}
client = fal_client.SyncClient(key="key_id:key_secret")


def sync():
    client.run(orders["endpoint"], arguments=INPUT)


def follow():
    completed = client.subscribe(orders["endpoint"], arguments=INPUT)["seed"]
    return time.time_ns() // 1000 - completed


def upload():
    client.upload_file(orders["file"])


def download():
    # The client has no downloads; its own HTTP library streams to a file.
    import httpx

    with httpx.stream("GET", base + "/cdn/files/b/bench/image.png") as response, open(orders["file"], "wb") as file:
        for chunk in response.iter_bytes():
            file.write(chunk)


def make():
    late = follow()
    download()
    return late


def drive(count):
    task = {"sync": sync, "follow": follow, "upload": upload, "download": download, "make": make}[orders["task"]]
    if orders["at_once"] == 1:
        return [task() for _ in range(count)]
    with ThreadPoolExecutor(orders["at_once"]) as pool:
        return [done.result() for done in [pool.submit(task) for _ in range(count)]]


def cpu_us():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return int((usage.ru_utime + usage.ru_stime) * 1e6)


def peak_kib():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


drive(orders["warm_up"])
cpu, begun = cpu_us(), time.monotonic_ns()
late = [one for one in drive(orders["count"]) if one is not None]
wall = (time.monotonic_ns() - begun) // 1000
print(json.dumps({"wall_us": wall, "cpu_us": cpu_us() - cpu, "peak_kib": peak_kib(), "late_us": late}))
