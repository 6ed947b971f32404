// fal's JavaScript client as it is, pointed at the sandbox by the function that it fetches with.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { createFalClient } from "@fal-ai/client";

export const URL_ = process.env.SANDBOX_URL;
export const KEY = process.env.FAL_KEY;

const read = (name) => JSON.parse(readFileSync(join(process.env.CONFORMANCE_ROOT, "openapi", `${name}.json`)));
export const RUN = read("run");

// Verb to endpoint id: `run_remix` is the operation of `remix`.
export const ENDPOINTS = Object.fromEntries(
  Object.entries(RUN.paths).map(([path, item]) => [item.post.operationId.replace("run_", ""), path.slice(1)]),
);
export const APP = ENDPOINTS.generate.split("/").slice(0, 2).join("/");

const HOSTS = { "fal.run": "run", "queue.fal.run": "queue", "rest.fal.ai": "rest", "v3.fal.media": "cdn" };

/** The same URL on the sandbox; one that leads there already is left alone. */
export function redirected(url) {
  const { host, pathname, search } = new URL(url);
  if (host === new URL(URL_).host) {
    return url;
  }
  assert.ok(HOSTS[host], `a call to ${host}`);
  return `${URL_}/${HOSTS[host]}${pathname}${search}`;
}

export const redirectedFetch = (url, options) => fetch(redirected(url), options);

export const client = (config = {}) => createFalClient({ credentials: KEY, fetch: redirectedFetch, ...config });

/** What was really sent, oldest first. */
export async function requests(query = "") {
  const body = await (await fetch(`${URL_}/_sandbox/requests?limit=2000&${query}`)).json();
  return body.requests.reverse().map((row) => ({ ...row, headers: Object.fromEntries(row.headers) }));
}

export async function only(call) {
  const found = await requests(`call=${call}`);
  assert.equal(found.length, 1, JSON.stringify(found));
  return found[0];
}

export async function job(requestId) {
  const body = await (await fetch(`${URL_}/_sandbox/requests?request_id=${requestId}`)).json();
  assert.equal(body.jobs.length, 1);
  return body.jobs[0];
}

export const jobCount = async () => (await (await fetch(`${URL_}/_sandbox/requests?limit=0`)).json()).job_count;

/** The job once `wanted` holds of it. */
export async function jobWhen(requestId, wanted) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found = await job(requestId);
    if (wanted(found)) {
      return found;
    }
    assert.ok(Date.now() < deadline, JSON.stringify(found));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const isCompleted = (found) => found.status === "COMPLETED";
export const isRunning = (found) => found.status === "IN_PROGRESS";

/** No requests so far, and no faults. */
export async function forget() {
  await fetch(`${URL_}/_sandbox/requests`, { method: "DELETE" });
  await fetch(`${URL_}/_sandbox/faults`, { method: "DELETE" });
}

export async function misbehave(...rule) {
  const body = JSON.stringify({ seed: 1, rule });
  const answer = await fetch(`${URL_}/_sandbox/faults`, { method: "PUT", body });
  assert.equal(answer.status, 200, await answer.text());
}

/** Width and height of a PNG whose chunks are whole and whose pixels are all there. */
export function decodePng(bytes) {
  assert.deepEqual([...bytes.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = [];
  let at = 8;
  let type;
  while (type !== "IEND") {
    const length = view.getUint32(at);
    type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === "IDAT") {
      data.push(bytes.subarray(at + 8, at + 8 + length));
    }
    at += length + 12;
  }
  assert.equal(at, bytes.length);
  const [width, height, depth, color] = [view.getUint32(16), view.getUint32(20), bytes[24], bytes[25]];
  const channels = { 0: 1, 2: 3, 4: 2, 6: 4 }[color];
  assert.equal(depth, 8);
  assert.equal(inflateSync(Buffer.concat(data)).length, height * (width * channels + 1));
  return { width, height };
}

/** Checks an output by its shape, seed, and the picture behind it. */
export async function checkOutput(data, { seed, width = 1024, height = 1024 } = {}) {
  assert.deepEqual(Object.keys(data).sort(), ["images", "seed"]);
  assert.equal(data.images.length, 1);
  const [file] = data.images;
  assert.deepEqual(Object.keys(file).sort(), ["content_type", "file_name", "file_size", "url"]);
  if (seed !== undefined) {
    assert.equal(data.seed, seed);
  }
  const answer = await fetch(file.url);
  assert.equal(answer.status, 200);
  if (!file.url.startsWith("data:")) {
    assert.equal(answer.headers.get("content-type"), "image/png");
  }
  const size = decodePng(new Uint8Array(await answer.arrayBuffer()));
  assert.deepEqual(size, { width, height });
}

/** A small picture to upload: what the sandbox drew for a prompt. */
export async function picture(fal, input = { prompt: "A source", aspect_ratio: "1:1" }) {
  const { data } = await fal.run(ENDPOINTS.generate, { input: { ...input, sync_mode: true } });
  return new Uint8Array(await (await fetch(data.images[0].url)).arrayBuffer());
}
