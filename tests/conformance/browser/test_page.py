"""The sandbox's page as a person sees it, in a browser."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support.browser import open_page
from support.description import ENDPOINTS, GENERATE, app_of, required_example
from support.sandbox import URL, Sandbox, fetch

SECRET = "unmistakable-secret"
KEY = {"Authorization": f"Key sandbox:{SECRET}"}
# Markup that would run, and a mark that turns round what follows it.
HOSTILE = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'> \u202egnp.exe & \"more\""

JOBS = """[...document.querySelectorAll("#jobs article")].map(card => {
  const image = card.querySelector("img"), box = card.querySelector(".picture").getBoundingClientRect();
  return {
    id: card.querySelector("code").innerText,
    prompt: card.querySelector("p")?.innerText ?? "",
    state: card.querySelector(".tag").innerText,
    says: card.querySelector(".picture").innerText,
    drawn: image ? [image.naturalWidth, image.naturalHeight] : null,
    whole: !image || (image.height <= box.height + 1 && getComputedStyle(image).objectFit === "contain"),
  };
})"""
REQUESTS = """[...document.querySelectorAll("#requests summary")].map(row => [...row.children].map(cell => cell.innerText))"""
# Pictures further down are only loaded when they come near.
SETTLED = """document.querySelectorAll("#jobs article").length === %d && !document.querySelector("#jobs .wait")
  && [...document.querySelectorAll("#jobs img")].every(image => image.complete)"""


@pytest.fixture
def sandbox():
    sandbox = Sandbox()
    sandbox.forget()
    yield sandbox
    sandbox.forget()


@pytest.fixture
def page():
    with open_page() as page:
        page.resize(1280, 1600)
        yield page


def submit(body, endpoint_id=GENERATE):
    status, _, answer = fetch(f"{URL}/queue/{endpoint_id}", "POST", body, KEY)
    assert status == 200, answer
    return json.loads(answer)["request_id"]


def test_the_page_shows_jobs_pictures_and_requests_and_keeps_up(sandbox, page):
    page.go(f"{URL}/_sandbox")
    page.wait("document.querySelectorAll('.empty').length === 2")

    drawn = [submit(required_example(endpoint_id), endpoint_id) for endpoint_id in ENDPOINTS.values()]
    wide = submit({"prompt": "A long train", "aspect_ratio": "3:1"})
    tall = submit({"prompt": "A tall tower", "aspect_ratio": "1:3"})
    hostile = submit({"prompt": HOSTILE})
    refused = submit({"aspect_ratio": "1:1"})
    endless = submit({"prompt": "__hang__"})
    fetch(f"{URL}/queue/{app_of(GENERATE)}/requests/{endless}/cancel", "PUT", headers=KEY)
    sandbox.misbehave({"calls": ["submit"], "fault": "rate-limit", "times": 1})
    assert fetch(f"{URL}/queue/{GENERATE}", "POST", {"prompt": "Too many"}, KEY)[0] == 429

    sent = [hostile, refused, endless, wide, tall, *drawn]
    page.wait(SETTLED % len(sent))
    jobs = {job["id"]: job for job in page.evaluate(JOBS)}
    assert set(jobs) == set(sent)
    for request_id in (hostile, wide, tall, *drawn):
        job = jobs[request_id]
        assert job["state"] == "completed" and min(job["drawn"]) > 0 and job["whole"], job
    assert jobs[wide]["drawn"][0] > 2 * jobs[wide]["drawn"][1], jobs[wide]
    assert jobs[tall]["drawn"][1] > 2 * jobs[tall]["drawn"][0], jobs[tall]
    assert (jobs[refused]["state"], jobs[refused]["says"]) == ("failed 422", "prompt: Field required")
    assert jobs[endless]["state"] == "failed 499", jobs[endless]

    # What came from outside is text and nothing else, and what would hide in it is spelled out.
    assert jobs[hostile]["prompt"] == HOSTILE.replace("\u202e", "\\u202e")
    assert page.evaluate("window.hacked === undefined && !document.querySelector('main script, img[src=x]')")

    # Every request and none of the page's own, the latest first.
    rows = page.evaluate(REQUESTS)
    assert [row[0] for row in rows] == ["submit", "cancel"] + ["submit"] * len(sent), rows
    assert rows[0][1] == "429" and rows[0][3] == "rate-limit", rows[0]
    assert {row[1] for row in rows[2:]} == {"200"}, rows
    assert page.evaluate("document.getElementById('total').innerText") == str(len(rows))
    page.evaluate(
        """[...document.querySelectorAll("details")].find(row => row.textContent.includes("window.hacked"))
        .querySelector("summary").click()"""
    )
    opened = page.wait("document.querySelector('details[open] pre')?.innerText")
    assert f"POST /queue/{GENERATE}\n" in opened and "\nauthorization: redacted\n" in opened, opened
    assert opened.endswith(json.dumps({"prompt": HOSTILE}, indent=2)), opened
    assert SECRET not in page.evaluate("document.documentElement.outerHTML")
    assert SECRET.encode() not in fetch(f"{URL}/_sandbox/requests")[2]

    # One more while somebody looks: it appears by itself, and what was opened stays open.
    later = submit({"prompt": "One more"})
    page.wait(SETTLED % (len(sent) + 1))
    first = page.evaluate(JOBS)[0]
    assert first["id"] == later and min(first["drawn"]) > 0, first
    assert page.evaluate("document.querySelector('details[open] pre').innerText") == opened

    for name, *look in (("wide", 1280, 1600), ("dark", 1280, 1600, "dark"), ("narrow", 420, 1600)):
        page.resize(*look)
        assert page.evaluate("document.documentElement.scrollWidth") == look[0], "nothing sticks out"
        page.screenshot(f"page-{name}.png")
    assert page.complaints == []


# The card of one job, once it shows its picture.
CARD = """[...document.querySelectorAll("#jobs article")].find(card => card.querySelector("code").innerText === %s
  && card.querySelector("img")?.complete)"""
EXCHANGES = """[...document.querySelectorAll("#exchanges details")].map(row => ({
  call: row.querySelector("summary span").innerText,
  sent: row.querySelector(".sent").textContent,
  answered: row.querySelector(".answered").textContent,
}))"""


def test_a_job_opens_whole_with_what_was_sent_and_answered_in_order(sandbox, page):
    page.go(f"{URL}/_sandbox")
    job = submit({"prompt": "A wide look", "aspect_ratio": "16:9"})
    app = f"{URL}/queue/{app_of(GENERATE)}/requests/{job}"
    page.wait(f"!!{CARD % json.dumps(job)}")
    fetch(f"{app}/status", headers=KEY)
    fetch(app, headers=KEY)
    for width, height in ((1280, 900), (390, 844)):
        page.resize(width, height)
        page.evaluate(f"{CARD % json.dumps(job)}.querySelector('.picture').click()")
        page.wait("document.querySelector('#sheet[open] #pictures img')?.complete")
        page.wait("document.querySelectorAll('#exchanges details').length === 3")
        image = page.evaluate(
            """(() => { const image = document.querySelector('#pictures img'), box = image.getBoundingClientRect();
            return { natural: [image.naturalWidth, image.naturalHeight], box: [box.left, box.right, box.top, box.bottom] } })()"""
        )
        left, right, top, bottom = image["box"]
        assert image["natural"] == [1280, 720] and 0 <= left < right <= width and 0 <= top < bottom <= height, image
        assert page.evaluate("document.documentElement.scrollWidth") == width, "nothing sticks out"
        page.screenshot(f"job-{width}.png")
        exchanges = page.evaluate(EXCHANGES)
        assert [exchange["call"] for exchange in exchanges] == ["submit", "status", "result"], exchanges
        assert f"POST /queue/{GENERATE}\n" in exchanges[0]["sent"] and '"A wide look"' in exchanges[0]["sent"]
        assert "HTTP 200" in exchanges[0]["answered"] and job in exchanges[0]["answered"]
        assert '"content_type": "image/png"' in exchanges[2]["answered"], exchanges[2]
        page.evaluate("document.getElementById('close').click()")
        page.wait("!document.getElementById('sheet').open")
    assert page.complaints == []


def test_faults_are_set_and_cleared_on_the_page(sandbox, page):
    page.go(f"{URL}/_sandbox")
    page.wait("document.querySelectorAll('#fault option').length > 10 && !!document.querySelector('#requests .empty')")
    page.evaluate(
        """(() => { const by = id => document.getElementById(id); by('add').click(); by('fault').value = 'rate-limit';
        by('times').value = 1; by('calls').querySelector('[value=submit]').checked = true; by('put').click(); })()"""
    )
    page.wait("document.querySelectorAll('.rule').length === 1 && document.getElementById('form').hidden")
    assert fetch(f"{URL}/queue/{GENERATE}", "POST", {"prompt": "Refused"}, KEY)[0] == 429
    page.wait("document.querySelector('.rule small').innerText === 'struck 1 of 1'")
    submit({"prompt": "Taken"})
    page.wait("document.querySelector('.rule small').innerText === 'struck 1 of 2'")
    # A text of the same form as a file of faults; what makes no sense is refused with its place.
    page.evaluate(
        """(() => { const by = id => document.getElementById(id); by('add').click(); by('as-file').click();
        by('toml').value = '[[rule]]\\nfault = "no such"'; by('put-file').click(); })()"""
    )
    assert 'fault = "no such"' in page.wait("document.getElementById('fault-error').innerText")
    page.evaluate("document.getElementById('clear').click()")
    page.wait("!document.querySelector('.rule') && !document.getElementById('no-faults').hidden")
    assert json.loads(fetch(f"{URL}/_sandbox/faults")[2])["rules"] == []
    page.complaints = [said for said in page.complaints if "422" not in json.dumps(said)]
    assert page.complaints == []


def test_the_page_follows_a_stream_and_does_not_ask_again(sandbox, page):
    page.go(f"{URL}/_sandbox")
    page.wait("!!document.querySelector('#requests .empty')")
    for number in range(3):
        job = submit({"prompt": f"Number {number}"})
        page.wait(f"!!{CARD % json.dumps(job)}")
    asked = page.evaluate("performance.getEntriesByType('resource').map(entry => new URL(entry.name).pathname)")
    assert "/_sandbox/requests" not in asked, asked


class Nothing(BaseHTTPRequestHandler):
    """A page without anything on it."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Elsewhere</title>")

    def log_message(self, *_):
        pass


@contextmanager
def elsewhere():
    """The port of a web server whose pages have an origin of their own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Nothing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1"])
def test_a_page_of_another_origin_calls_the_services_and_never_drives_the_sandbox(sandbox, host):
    mine = submit({"prompt": "Mine"})
    with elsewhere() as port, open_page("--host-resolver-rules=MAP elsewhere.example 127.0.0.1") as page:
        page.go(f"http://{host}:{port}/")
        page.wait("document.title === 'Elsewhere'")

        def attempt(path, **options):
            """The status that the page learns, or the name of what it gets instead."""
            call = f"fetch({json.dumps(URL + path)}, {json.dumps(options)})"
            return page.evaluate(f"{call}.then(answer => answer.status, error => error.name)")

        fault = json.dumps({"rule": [{"fault": "html"}]})
        for path, options in (
            ("/_sandbox/requests", {}),
            ("/_sandbox/requests", {"method": "DELETE"}),
            ("/_sandbox/faults", {"method": "PUT", "body": fault}),
            ("/_sandbox/faults", {"method": "DELETE"}),
        ):
            assert attempt(path, **options) == "TypeError", (path, options)
        # What is sent without asking first is answered, but with nothing, and unseen.
        assert attempt("/_sandbox/requests", mode="no-cors") == 0

        headers = {**KEY, "Content-Type": "application/json"}
        run = {"method": "POST", "headers": headers, "body": json.dumps({"prompt": "Theirs"})}
        assert attempt(f"/run/{GENERATE}", **run) == 200
    seen = json.loads(fetch(f"{URL}/_sandbox/requests")[2])
    assert [job["input"]["prompt"] for job in seen["jobs"][:2]] == ["Theirs", "Mine"], seen["jobs"]
    assert [request["call"] for request in seen["requests"]] == ["run", "submit"], "the log is as it was"
    assert seen["jobs"][1]["request_id"] == mine
    assert json.loads(fetch(f"{URL}/_sandbox/faults")[2])["rules"] == []
