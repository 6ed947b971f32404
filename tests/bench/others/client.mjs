// The same work by fal's JavaScript client; orders and figures are those of `src/client/main.rs`. The program
// `js-stream` follows by the status stream, `js` by polling, which is what the client does unless told otherwise.

import { createFalClient } from "@fal-ai/client";
import { createWriteStream, openAsBlob, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const orders = JSON.parse(process.argv[2]);
const { base, endpoint } = orders;
const HOSTS = { "fal.run": "/run", "queue.fal.run": "/queue", "rest.fal.ai": "/rest", "rest.alpha.fal.ai": "/rest" };

// The client's hosts are fixed, so its requests are sent elsewhere on their way out.
const moved = (url, options) => {
  const { hostname, pathname, search } = new URL(url);
  const prefix = HOSTS[hostname];
  return fetch(prefix === undefined ? url : base + prefix + pathname + search, options);
};
const fal = createFalClient({ credentials: "key_id:key_secret", fetch: moved });
const input = { prompt: "A fox reading a map, poster" };

const nowUs = () => Math.round((performance.timeOrigin + performance.now()) * 1000);
const tasks = {
  sync: async () => void (await fal.run(endpoint, { input })),
  follow: async () => {
    const mode = orders.program === "js-stream" ? "streaming" : "polling";
    const { data } = await fal.subscribe(endpoint, { input, mode });
    return Math.max(0, nowUs() - data.seed);
  },
  upload: async () => void (await fal.storage.upload(await openAsBlob(orders.file, { type: "image/png" }))),
  // The client has no downloads; `fetch` streams to a file.
  download: async () => {
    const response = await fetch(`${base}/cdn/files/b/bench/image.png`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(orders.file));
  },
  make: async () => {
    const late = await tasks.follow();
    await tasks.download();
    return late;
  },
};

async function drive(count) {
  const late = [];
  let next = 0;
  const worker = async () => {
    while (next++ < count) {
      const one = await tasks[orders.task]();
      if (one !== undefined) late.push(one);
    }
  };
  await Promise.all(Array.from({ length: orders.at_once }, worker));
  return late;
}

await drive(orders.warm_up);
const cpu = process.cpuUsage();
const begun = performance.now();
const late_us = await drive(orders.count);
const wall_us = Math.round((performance.now() - begun) * 1000);
const used = process.cpuUsage(cpu);
const peak_kib = Number(readFileSync("/proc/self/status", "utf8").match(/VmHWM:\s+(\d+)/)[1]);
console.log(JSON.stringify({ wall_us, cpu_us: used.user + used.system, peak_kib, late_us }));
// Timers of the client may still run.
process.exit(0);
