// The queue: subscribe by polling and by stream, and each call by itself.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as own from "./support.mjs";

const { APP, ENDPOINTS, client, only, requests } = own;
const HANG = { prompt: "__hang__" };

beforeEach(own.forget);

for (const mode of ["polling", "streaming"]) {
  test(`subscribe by ${mode} tells every state, and all log lines once`, async () => {
    const updates = [];
    let enqueued;
    const { data, requestId } = await client().subscribe(ENDPOINTS.generate, {
      input: { prompt: "A door", seed: 21 },
      mode,
      logs: true,
      pollInterval: 20,
      onEnqueue: (id) => (enqueued = id),
      onQueueUpdate: (update) => updates.push(structuredClone(update)),
    });
    await own.checkOutput(data, { seed: 21 });
    assert.equal(requestId, enqueued);

    const states = updates.map((update) => update.status);
    const order = ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"];
    assert.deepEqual(states, [...states].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
    assert.ok(states.includes("IN_PROGRESS"), states.join());
    assert.equal(states.at(-1), "COMPLETED");
    for (const update of updates) {
      assert.equal(update.request_id, requestId);
      assert.equal(update.response_url, `${own.URL_}/queue/${APP}/requests/${requestId}`);
    }
    const { logs, metrics } = updates.at(-1);
    assert.deepEqual(
      logs.map((line) => line.message),
      [`Request ${requestId} accepted by ${ENDPOINTS.generate}`, "Drawing", "Done, seed 21"],
    );
    assert.ok(metrics.inference_time > 0.1, JSON.stringify(metrics));

    const sent = await requests(`request_id=${requestId}`);
    assert.equal(sent[0].uri, `/queue/${ENDPOINTS.generate}`);
    assert.equal(sent[0].headers["x-fal-queue-priority"], "normal");
    const path = `/queue/${APP}/requests/${requestId}`;
    const followed = new Set(sent.slice(1, -1).map((request) => request.uri));
    const wanted = mode === "polling" ? `${path}/status?logs=1` : `${path}/status/stream?logs=1`;
    assert.deepEqual([...followed], [wanted]);
    if (mode === "streaming") {
      assert.equal(sent.length, 3);
      assert.match(sent[1].headers.accept, /text\/event-stream$/);
    }
    assert.equal(sent.at(-1).uri, path);
  });
}

test("submit, status and result, each by itself", async () => {
  const fal = client();
  const input = { prompt: "A door", seed: 22 };
  const queued = await fal.queue.submit(ENDPOINTS.generate, {
    input,
    priority: "low",
    hint: "lora-a",
    startTimeout: 30,
    webhookUrl: "http://127.0.0.1:9/hook?x=1&y=2",
    headers: { "X-Fal-Store-IO": "0" },
  });
  const path = `${own.URL_}/queue/${APP}/requests/${queued.request_id}`;
  assert.deepEqual(queued, {
    status: "IN_QUEUE",
    request_id: queued.request_id,
    gateway_request_id: queued.gateway_request_id,
    response_url: path,
    status_url: `${path}/status`,
    cancel_url: `${path}/cancel`,
    queue_position: 0,
    logs: null,
    metrics: {},
  });
  const sent = await only("submit");
  const query = "fal_webhook=http%3A%2F%2F127.0.0.1%3A9%2Fhook%3Fredacted";
  assert.equal(sent.uri, `/queue/${ENDPOINTS.generate}?${query}`);
  assert.equal(sent.headers["x-fal-queue-priority"], "low");
  assert.equal(sent.headers["x-fal-runner-hint"], "lora-a");
  assert.equal(sent.headers["x-fal-request-timeout"], "30");
  assert.equal(sent.headers["x-fal-store-io"], "0");

  await own.jobWhen(queued.request_id, own.isCompleted);
  const status = await fal.queue.status(ENDPOINTS.generate, { requestId: queued.request_id, logs: true });
  assert.equal(status.status, "COMPLETED");
  assert.equal(status.logs.length, 3);
  assert.equal(status.error, undefined);
  const quiet = await fal.queue.status(ENDPOINTS.generate, { requestId: queued.request_id });
  assert.equal(quiet.logs, null);
  const result = await fal.queue.result(ENDPOINTS.generate, { requestId: queued.request_id });
  assert.equal(result.requestId, queued.request_id);
  await own.checkOutput(result.data, { seed: 22 });
});

test("the status stream tells only new lines in each event, and ends", async () => {
  const fal = client();
  const { request_id: requestId } = await fal.queue.submit(ENDPOINTS.generate, { input: { prompt: "A door" } });
  const stream = await fal.queue.streamStatus(ENDPOINTS.generate, { requestId, logs: true });
  const events = [];
  for await (const event of stream) {
    events.push(event);
  }
  const last = await stream.done();
  assert.equal(last.status, "COMPLETED");
  const messages = events.flatMap((event) => (event.logs ?? []).map((line) => line.message));
  assert.equal(messages.length, 3);
  assert.equal(new Set(messages).size, 3);
});

test("a job that waits is cancelled at once, one that runs is asked to stop", async () => {
  const fal = client();
  const { runners } = await (await fetch(`${own.URL_}/_sandbox/requests?limit=0`)).json();
  const running = [];
  for (let number = 0; number < runners; number += 1) {
    const { request_id: requestId } = await fal.queue.submit(ENDPOINTS.generate, { input: HANG });
    await own.jobWhen(requestId, own.isRunning);
    running.push(requestId);
  }
  const waiting = await fal.queue.submit(ENDPOINTS.generate, { input: { prompt: "A door" } });
  const status = await fal.queue.status(ENDPOINTS.generate, { requestId: waiting.request_id });
  assert.deepEqual([status.status, status.queue_position], ["IN_QUEUE", 0]);

  assert.equal(await fal.queue.cancel(ENDPOINTS.generate, { requestId: waiting.request_id }), undefined);
  assert.equal((await only("cancel")).status, 200);
  await own.forget();
  for (const requestId of running) {
    await fal.queue.cancel(ENDPOINTS.generate, { requestId });
    const found = await own.jobWhen(requestId, own.isCompleted);
    assert.equal(found.status_code, 499);
  }
  assert.deepEqual(new Set((await requests("call=cancel")).map((request) => request.status)), new Set([202]));
  await assert.rejects(fal.queue.cancel(ENDPOINTS.generate, { requestId: waiting.request_id }), {
    name: "ApiError",
    status: 400,
    body: { status: "ALREADY_COMPLETED" },
  });
});

test("the client's own timeout cancels the job", async () => {
  const fal = client();
  let requestId;
  await assert.rejects(
    fal.subscribe(ENDPOINTS.generate, {
      input: HANG,
      timeout: 300,
      pollInterval: 1000,
      onEnqueue: (id) => (requestId = id),
    }),
    { message: "Client timed out waiting for the request to complete after 300ms" },
  );
  const found = await own.jobWhen(requestId, own.isCompleted);
  assert.equal(found.error, "Request cancelled by the client");
});

test("an aborted subscription ends, and its job can be cancelled", async () => {
  const fal = client();
  const abort = new AbortController();
  let requestId;
  const subscription = fal.subscribe(ENDPOINTS.generate, {
    input: HANG,
    pollInterval: 50,
    abortSignal: abort.signal,
    onEnqueue: (id) => (requestId = id),
    onQueueUpdate: (update) => update.status === "IN_PROGRESS" && abort.abort(),
  });
  await assert.rejects(subscription, { name: "AbortError" });
  assert.equal((await own.job(requestId)).status, "IN_PROGRESS");
  await fal.queue.cancel(ENDPOINTS.generate, { requestId });
  await own.jobWhen(requestId, own.isCompleted);
});

test("an aborted run hangs up, and the job goes on", async () => {
  const abort = new AbortController();
  const jobs = await own.jobCount();
  const run = client().run(ENDPOINTS.generate, { input: { prompt: "A door" }, abortSignal: abort.signal });
  while ((await own.jobCount()) === jobs) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  abort.abort();
  await assert.rejects(run, { name: "AbortError" });
  const { jobs: all } = await (await fetch(`${own.URL_}/_sandbox/requests?limit=1`)).json();
  const found = await own.jobWhen(all[0].request_id, own.isCompleted);
  assert.equal(found.status_code, 200);
});
