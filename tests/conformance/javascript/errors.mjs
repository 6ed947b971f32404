// What the client makes of refusals and failures.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ApiError, ValidationError } from "@fal-ai/client";
import * as own from "./support.mjs";

const { ENDPOINTS, client, requests } = own;

beforeEach(own.forget);

const refusal = async (promise) =>
  promise.then(
    (value) => assert.fail(`no error but ${JSON.stringify(value)}`),
    (error) => error,
  );

for (const way of ["run", "subscribe"]) {
  test(`every wrong field is named by a ValidationError (${way})`, async () => {
    const input = { prompt: "A door", image_url: "x", strength: 0, style: null };
    const error = await refusal(client()[way](ENDPOINTS.remix, { input, pollInterval: 20 }));
    assert.ok(error instanceof ValidationError);
    assert.equal(error.status, 422);
    assert.equal(error.message, "Unprocessable Entity");
    assert.equal((await own.job(error.requestId)).status_code, 422);
    const expected = "'auto', 'general', 'realistic', 'design', 'render_3D' or 'anime'";
    assert.deepEqual(error.fieldErrors, [
      {
        type: "greater_than_equal",
        loc: ["body", "strength"],
        msg: "Input should be greater than or equal to 0.01",
        input: 0,
        ctx: { ge: 0.01 },
      },
      { type: "literal_error", loc: ["body", "style"], msg: `Input should be ${expected}`, input: null, ctx: { expected } },
    ]);
    assert.equal(error.getFieldErrors("strength").length, 1);
  });
}

test("without an input there is no body, and the body is what is missing", async () => {
  const error = await refusal(client().run(ENDPOINTS.generate, {}));
  assert.ok(error instanceof ValidationError);
  assert.deepEqual(error.fieldErrors, [{ type: "missing", loc: ["body"], msg: "Field required", input: null }]);
});

test("without a key, or with a malformed one, nothing is accepted", async () => {
  const jobs = await own.jobCount();
  const expected = "Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'.";
  for (const [credentials, detail] of [
    [() => undefined, "Authentication is required to access this application"],
    ["no-colon", expected],
  ]) {
    const error = await refusal(client({ credentials }).queue.submit(ENDPOINTS.generate, { input: { prompt: "A" } }));
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.status, error.body, error.requestId], [401, { detail }, ""]);
  }
  assert.equal(await own.jobCount(), jobs);
});

test("an unknown request is not found", async () => {
  const requestId = "00000000-0000-4000-8000-000000000000";
  for (const call of ["status", "result", "cancel"]) {
    const error = await refusal(client().queue[call](ENDPOINTS.generate, { requestId }));
    assert.deepEqual([error.status, error.body], [404, { status: "NOT_FOUND" }]);
  }
});

test("a job whose start timeout ran out is told from other timeouts", async () => {
  const fal = client();
  const { runners } = await (await fetch(`${own.URL_}/_sandbox/requests?limit=0`)).json();
  const running = [];
  for (let number = 0; number < runners; number += 1) {
    running.push((await fal.queue.submit(ENDPOINTS.generate, { input: { prompt: "__hang__" } })).request_id);
  }
  const error = await refusal(
    fal.run(ENDPOINTS.generate, { input: { prompt: "A door" }, startTimeout: 1.1 }),
  );
  for (const requestId of running) {
    await fal.queue.cancel(ENDPOINTS.generate, { requestId });
    await own.jobWhen(requestId, own.isCompleted);
  }
  assert.deepEqual([error.status, error.timeoutType, error.isUserTimeout], [504, "user", true]);
  assert.deepEqual(error.body, { detail: "Request timed out", error_type: "request_timeout" });
  assert.equal((await requests("call=run")).length, 1);
});

// What this client sends again whatever the body, which takes it seconds: 502, 503, 504, and 500 for a status.
const isRetried = (status) => [502, 503, 504].includes(status);
const triggers = await (await fetch(`${own.URL_}/_sandbox/triggers`)).json();

for (const { prompt, status, message } of triggers.filter((trigger) => !isRetried(trigger.status))) {
  test(`a failure looks the same run or queued: ${prompt}`, async () => {
    const fal = client();
    const input = { prompt: `A door ${prompt}` };
    const { request_id: requestId } = await fal.queue.submit(ENDPOINTS.generate, { input });
    await own.jobWhen(requestId, own.isCompleted);
    const ways = [fal.run(ENDPOINTS.generate, { input }), fal.queue.result(ENDPOINTS.generate, { requestId })];
    for (const error of await Promise.all(ways.map(refusal))) {
      assert.equal(error.constructor, status === 422 ? ValidationError : ApiError);
      assert.equal(error.status, status);
      const { detail, error_type: kind } = error.body;
      if (Array.isArray(detail)) {
        assert.deepEqual([detail[0].msg, detail[0].type], [message, prompt.replaceAll("__", "")]);
      } else {
        assert.equal(detail, message);
        assert.equal(kind, prompt === "__crash__" ? undefined : prompt.replaceAll("__", ""));
      }
    }
  });
}

for (const fault of ["ingress-error", "rate-limit", "reset-before"]) {
  test(`what was not accepted is sent again: ${fault}`, async () => {
    await own.misbehave({ calls: ["submit"], fault, times: 1 });
    const jobs = await own.jobCount();
    const { data } = await client().subscribe(ENDPOINTS.generate, {
      input: { prompt: "A door", seed: 6 },
      pollInterval: 20,
    });
    assert.equal(data.seed, 6);
    assert.equal(await own.jobCount(), jobs + 1);
    assert.equal((await requests("call=submit")).length, 2);
  });
}
