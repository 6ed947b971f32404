// Synchronous runs, storage, and files within an input.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as own from "./support.mjs";

const { ENDPOINTS, client, only, requests } = own;

beforeEach(own.forget);

test("a run gives the picture that was asked for, and its request's id", async () => {
  const input = { prompt: "A fox reading a map", seed: 42, aspect_ratio: "16:9" };
  const { data, requestId } = await client().run(ENDPOINTS.generate, { input });
  await own.checkOutput(data, { seed: 42, width: 1280, height: 720 });

  const sent = await only("run");
  assert.equal(sent.uri, `/run/${ENDPOINTS.generate}`);
  assert.equal(sent.method, "POST");
  assert.equal(sent.body, JSON.stringify(input));
  assert.equal(sent.headers["user-agent"], "@fal-ai/client/1.10.1");
  assert.equal(sent.headers.accept, "application/json");
  assert.equal(sent.headers["content-type"], "application/json");
  assert.equal(sent.request_id, requestId);
  assert.deepEqual((await own.job(requestId)).output, data);
});

test("platform headers are sent as the platform reads them", async () => {
  await client().run(ENDPOINTS.generate, {
    input: { prompt: "A door" },
    startTimeout: 30,
    storageSettings: { expiresIn: "1d" },
  });
  const { headers } = await only("run");
  assert.equal(headers["x-fal-request-timeout"], "30");
  assert.deepEqual(JSON.parse(headers["x-fal-object-lifecycle-preference"]), { expiration_duration_seconds: 86400 });
});

test("in sync mode the picture is in the answer", async () => {
  const { data } = await client().run(ENDPOINTS.generate, { input: { prompt: "A door", sync_mode: true } });
  assert.match(data.images[0].url, /^data:image\/png;base64,/);
  await own.checkOutput(data);
});

test("a file is announced, put to a signed URL, and comes back as it went", async () => {
  const bytes = await own.picture(client());
  await own.forget();
  const url = await client().storage.upload(new Blob([bytes], { type: "image/png" }), { lifecycle: { expiresIn: "1h" } });
  const answer = await fetch(url);
  assert.equal(answer.headers.get("content-type"), "image/png");
  assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), bytes);

  const announced = await only("initiate");
  assert.equal(announced.uri, "/rest/storage/upload/initiate?storage_type=fal-cdn-v3");
  assert.match(JSON.parse(announced.body).file_name, /^\d+\.png$/);
  assert.equal(JSON.parse(announced.body).content_type, "image/png");
  assert.deepEqual(JSON.parse(announced.headers["x-fal-object-lifecycle"]), { expiration_duration_seconds: 3600 });
  const put = await only("upload");
  assert.equal(put.method, "PUT");
  assert.equal(put.body_bytes, bytes.length);
  assert.equal(put.headers.authorization, undefined);
});

test("what is long goes in parts", async () => {
  const MIB = 1024 * 1024;
  const bytes = new Uint8Array(90 * MIB + 1);
  for (let at = 0; at < bytes.length; at += 4096) {
    bytes[at] = (at / 4096) % 251;
  }
  const url = await client().storage.upload(new Blob([bytes], { type: "application/zip" }));
  const back = new Uint8Array(await (await fetch(url)).arrayBuffer());
  assert.ok(Buffer.from(bytes.buffer).equals(Buffer.from(back.buffer)));

  assert.equal((await only("initiate")).uri, "/rest/storage/upload/initiate-multipart?storage_type=fal-cdn-v3");
  const parts = await requests("call=part");
  assert.deepEqual(
    parts.map((part) => part.body_bytes),
    [...Array(9).fill(10 * MIB), 1],
  );
  const named = JSON.parse((await only("complete")).body).parts;
  assert.deepEqual(
    named.map((part) => part.partNumber),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
});

test("files within an input are uploaded and replaced by their URLs", async () => {
  const bytes = await own.picture(client());
  const mask = await own.picture(client(), { prompt: "A mask", seed: 1 });
  await own.forget();
  const file = new Blob([bytes], { type: "image/png" });
  const input = { prompt: "A hole", image_url: file, mask_url: new Blob([mask], { type: "image/png" }), seed: 3 };
  const { data } = await client().run(ENDPOINTS.edit, { input });
  await own.checkOutput(data, { seed: 3 });
  assert.equal((await requests("call=upload")).length, 2);
  const sent = JSON.parse((await only("run")).body);
  for (const url of [sent.image_url, sent.mask_url]) {
    assert.ok(url.startsWith(`${own.URL_}/cdn/files/b/`), url);
  }
  assert.deepEqual(new Uint8Array(await (await fetch(sent.image_url)).arrayBuffer()), bytes);
  assert.deepEqual(new Uint8Array(await (await fetch(sent.mask_url)).arrayBuffer()), mask);
});

test("a data URI passes through an input unchanged", async () => {
  const bytes = await own.picture(client());
  await own.forget();
  const image_url = `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`;
  const { data } = await client().run(ENDPOINTS.remix, { input: { prompt: "Dunes", image_url, seed: 4 } });
  await own.checkOutput(data, { seed: 4 });
  assert.deepEqual(await requests("call=upload"), []);
});

test("every call goes through a proxy, and the key stays there", async () => {
  const proxied = client({
    credentials: () => undefined,
    fetch,
    proxyUrl: { url: `${own.URL_}/api/fal/proxy`, when: "always" },
  });
  const bytes = await own.picture(proxied);
  const image_url = new Blob([bytes], { type: "image/png" });
  const { data, requestId } = await proxied.subscribe(ENDPOINTS.remix, {
    input: { prompt: "Dunes", image_url, seed: 8 },
    pollInterval: 50,
  });
  await own.checkOutput(data, { seed: 8 });
  const sent = await requests();
  const targets = sent.map((request) => request.headers["x-fal-target-url"]).filter(Boolean);
  assert.equal(targets[0], `https://fal.run/${ENDPOINTS.generate}`);
  assert.equal(targets[1], "https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3");
  assert.equal(targets[2], `https://queue.fal.run/${ENDPOINTS.remix}`);
  assert.equal(targets.at(-1), `https://queue.fal.run/${own.APP}/requests/${requestId}`);
  // Only the file itself does not: the signed URL that it is put to leads to the storage.
  const direct = sent.filter((request) => request.headers["x-fal-target-url"] === undefined);
  assert.deepEqual(
    direct.map((request) => request.call),
    ["upload", "download"].filter((call) => direct.some((request) => request.call === call)),
  );
});

test("a proxy takes nothing that is not for the service", async () => {
  for (const target of ["https://example.com/", `${own.URL_}/_sandbox/requests`, "nonsense"]) {
    const answer = await fetch(`${own.URL_}/api/fal/proxy`, { headers: { "x-fal-target-url": target } });
    assert.equal(answer.status, 412, target);
  }
  assert.equal((await fetch(`${own.URL_}/api/fal/proxy`)).status, 400);
});
