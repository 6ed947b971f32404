"""The pages of `ideogram gallery` as a person sees them: opened from the disk, in a browser."""

import json
import os
import subprocess
from contextlib import contextmanager

import pytest
from PIL import Image

from support.browser import open_page
from support.sandbox import KEY, URL

PROGRAM = os.environ["CONFORMANCE_PROGRAM"]
# Markup that would run, ends of what it may stand in, a mark that turns round what follows it, and a bell.
HOSTILE = "</p></script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>\" onload=\"window.hacked = 3 \u202egnp.exe\u0007"
ROWS = [
    {"prompt": "A fox reading a map, poster", "style": "design", "seed": 7, "aspect_ratio": "16:9"},
    {"prompt": "A fox in winter", "style": "anime", "seed": 7, "output": "50% #1?.png"},
    {"prompt": "ثعلب في الصحراء", "style": "realistic", "seed": 8, "aspect_ratio": "1:3"},
    {"prompt": HOSTILE, "style": "design", "seed": 70},
    {"prompt": "A long train", "seed": 9, "aspect_ratio": "3:1"},
]
SHOWN = "[...document.querySelectorAll('.card')].filter(card => !card.hidden).map(card => card.querySelector('p').textContent)"
LOADED = """[...document.querySelectorAll(".card img")].filter(image => image.getBoundingClientRect().top < innerHeight)
  .every(image => image.complete && image.naturalWidth > 0)"""
SET = """((name, value) => { const field = document.querySelector(`#filter [name=${name}]`); field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true })) })(%s, %s)"""


def ideogram(folder, *arguments, environment=None):
    known = {"HOME": str(folder), "PATH": os.environ["PATH"], **(environment or {})}
    run = subprocess.run([PROGRAM, *arguments], cwd=folder, env=known, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr
    return run.stdout


@contextmanager
def flat_sandbox():
    """The URL of a sandbox whose pictures have one colour: many of them are made in a minute."""
    command = [PROGRAM, *"sandbox --flat --service-time 1ms --port 0 --json --quiet".split()]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())["results"][0]["environment"]["IDEOGRAM_BASE_URL"]
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """A folder with the gallery of a batch; its own name is one that a URL has to escape."""
    folder = tmp_path_factory.mktemp("gallery")
    (folder / "a batch.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    ideogram(folder, "batch", "a batch.jsonl", "--out", "pictures #1", "--sandbox", "--gallery")
    return folder / "pictures #1"


@pytest.fixture
def page(pictures):
    with open_page() as page:
        page.resize(1280, 1000)
        page.go((pictures / "index.html").as_uri())
        page.wait(f"document.readyState === 'complete' && {LOADED}")
        yield page
        assert page.complaints == [], "nothing was refused and nothing failed"
        assert page.evaluate("window.hacked === undefined")


def choose(page, name, value):
    page.evaluate(SET % (json.dumps(name), json.dumps(value)))
    return page.evaluate(SHOWN)


def test_a_page_shows_every_picture_and_is_the_same_on_a_phone_and_in_the_dark(page):
    prompts = page.evaluate(SHOWN)
    assert len(prompts) == len(ROWS) and prompts[0] == ROWS[0]["prompt"], prompts
    assert page.evaluate("document.title") == "a batch"
    assert page.evaluate("document.querySelector('header p').innerText") == f"{len(ROWS)} pictures"
    for name, *look in (("wide", 1280, 1000), ("dark", 1280, 1000, "dark"), ("narrow", 390, 844), ("small", 320, 600)):
        page.resize(*look)
        page.wait(LOADED)
        assert page.evaluate("document.documentElement.scrollWidth") == look[0], "nothing sticks out"
        page.screenshot(f"gallery-{name}.png")
    alts = page.evaluate("[...document.querySelectorAll('.card img')].map(image => image.alt)")
    assert all(alts), alts
    unnamed = page.evaluate("[...document.querySelectorAll('input, select')].filter(field => !field.labels.length).length")
    assert unnamed == 0


def test_a_hostile_prompt_is_text_and_nothing_else(page):
    shown = HOSTILE.replace("\u202e", "\ufffd").replace("\u0007", "\ufffd")
    assert shown in page.evaluate(SHOWN)
    assert page.evaluate("document.querySelectorAll('script').length") == 1
    assert page.evaluate("document.querySelectorAll('.card img').length") == len(ROWS)
    assert page.evaluate("document.querySelectorAll('[onerror], [onload], img[src=x]').length") == 0


def test_the_pictures_are_filtered_by_prompt_style_seed_and_command(page):
    assert choose(page, "words", "FOX poster") == [ROWS[0]["prompt"]]
    assert page.evaluate("document.getElementById('state').innerText") == f"1 of {len(ROWS)}"
    assert choose(page, "words", "no such words") == []
    assert page.evaluate("!document.getElementById('none').hidden")
    page.evaluate("document.getElementById('clear').click()")
    page.wait(f"{SHOWN}.length === {len(ROWS)}")
    assert len(choose(page, "style", "design")) == 2
    assert choose(page, "seed", "7") == [ROWS[0]["prompt"]], "both count, and 70 is another seed"
    assert page.evaluate("location.hash") == "#style=design&seed=7"
    # Loaded again it is the same.
    page.call("Page.reload")
    page.wait(f"document.readyState === 'complete' && {SHOWN}.length === 1")
    choose(page, "style", "")
    assert choose(page, "seed", "") == [row["prompt"] for row in ROWS[:3]] + page.evaluate(SHOWN)[3:]
    assert choose(page, "endpoint", "generate") == page.evaluate(SHOWN) and len(page.evaluate(SHOWN)) == len(ROWS)


# The picture over the page: its address, its size, and where it is.
OPEN = """(() => { const image = document.querySelector('dialog img'), box = image.getBoundingClientRect();
  return { src: decodeURIComponent(image.src), size: [image.naturalWidth, image.naturalHeight], prompt: document.querySelector('dialog p').textContent,
    facts: document.querySelector('dialog dl').innerText, box: [box.left, box.right, box.top, box.bottom] } })()"""
WHOLE = "document.querySelector('dialog[open] img')?.complete && document.querySelector('dialog img').naturalWidth > 0"


def key(page, name):
    for kind in ("keyDown", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode={"Enter": 13, "Escape": 27, "ArrowRight": 39}[name],
                  **({"text": "\r"} if name == "Enter" and kind == "keyDown" else {}))


def test_a_picture_opens_whole_by_the_keyboard_and_leads_to_the_next(page, pictures):
    for width, height in ((1280, 900), (390, 844)):
        page.resize(width, height)
        page.evaluate("document.querySelector('.card a').focus()")
        key(page, "Enter")
        page.wait(WHOLE)
        opened = page.evaluate(OPEN)
        left, right, top, bottom = opened["box"]
        assert 0 <= left < right <= width and 0 <= top < bottom <= height, opened
        assert opened["size"] == [1280, 720] and opened["prompt"] == ROWS[0]["prompt"], opened
        assert "design" in opened["facts"] and "1280 × 720" in opened["facts"], opened
        page.screenshot(f"gallery-view-{width}.png")
        key(page, "ArrowRight")
        page.wait(f"({OPEN}).prompt === {json.dumps(ROWS[1]['prompt'])} && {WHOLE}")
        opened = page.evaluate(OPEN)
        assert opened["src"].endswith("/pictures #1/50% #1?.png"), opened
        assert opened["size"] == list(Image.open(pictures / "50% #1?.png").size), opened
        key(page, "Escape")
        page.wait("!document.querySelector('dialog').open")
        # The place in the page is that of the picture that was seen last; the page hears of the end a moment later.
        focused = "document.activeElement.closest('.card')?.querySelector('p').textContent"
        page.wait(f"{focused} === {json.dumps(ROWS[1]['prompt'])}")


def test_without_its_script_a_page_shows_the_pictures_and_leads_to_them(pictures):
    with open_page() as page:
        page.call("Emulation.setScriptExecutionDisabled", value=True)
        page.go((pictures / "index.html").as_uri())
        page.wait(f"document.readyState === 'complete' && {LOADED}")
        assert page.evaluate("getComputedStyle(document.getElementById('filter')).display") == "none"
        assert page.evaluate("document.querySelectorAll('.card a[href$=\".png\"]').length") == len(ROWS)


def test_nothing_is_loaded_from_elsewhere_whatever_a_page_is_made_to_ask_for(page):
    attempt = """new Promise(tell => { const image = new Image(); image.onload = () => tell("loaded"); image.onerror = () => tell("refused");
      image.src = %s })"""
    assert page.evaluate(attempt % json.dumps(f"{URL}/_sandbox/picture.png")) == "refused"
    assert page.evaluate(f"fetch({json.dumps(URL)}).then(() => 'loaded', () => 'refused')") == "refused"
    refused = [said["entry"]["text"] for said in page.complaints if "entry" in said]
    assert len(refused) >= 2 and all("Content Security Policy" in text for text in refused), page.complaints
    page.complaints = []


def test_past_two_thousand_pictures_there_is_a_second_page_and_a_filter_goes_along(tmp_path):
    rows = ({"prompt": f"fox {number}", "style": ["anime", "design"][number % 2], "seed": number} for number in range(2_001))
    (tmp_path / "many.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with flat_sandbox() as url:
        known = {"IDEOGRAM_BASE_URL": url, "FAL_KEY": KEY}
        ideogram(tmp_path, *"batch many.jsonl --out pictures --gallery --yes --concurrency 64 --quiet".split(), environment=known)
    with open_page() as page:
        page.go((tmp_path / "pictures/index.html").as_uri())
        page.wait("document.readyState === 'complete'")
        assert page.evaluate("document.querySelectorAll('.card').length") == 2_000
        assert page.evaluate("document.querySelector('header p').innerText") == "2,001 pictures, page 1 of 2"
        assert len(choose(page, "style", "design")) == 1_000
        # In a while: the answer to this would be lost with the page otherwise.
        page.evaluate("void setTimeout(() => document.querySelector('nav a[rel=next]').click())")
        page.wait("location.pathname.endsWith('/page-2.html') && document.readyState === 'complete'")
        assert page.evaluate("document.querySelectorAll('.card').length") == 1
        assert page.evaluate("document.querySelector('[name=style]').value") == "design"
        assert page.evaluate("document.querySelector('nav [aria-current]').innerText") == "2"
        assert page.complaints == []
