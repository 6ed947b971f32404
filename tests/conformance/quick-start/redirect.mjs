// Preloaded with `--import`: the program beside it is as the page has it, and its `fetch` leads to the sandbox.

const HOSTS = { "fal.run": "run", "queue.fal.run": "queue", "rest.fal.ai": "rest" };
const original = globalThis.fetch;

globalThis.fetch = (url, options) => {
  const { host, pathname, search } = new URL(url);
  return original(HOSTS[host] ? `${process.env.SANDBOX_URL}/${HOSTS[host]}${pathname}${search}` : url, options);
};
