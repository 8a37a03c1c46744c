// The handler, against a simulated Cronofy: cronofy simulator exec -- npm test
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { createApp } from "./app.mjs";
import { Receiver } from "./receiver.mjs";

const { CRONOFY_API_URL, CRONOFY_SIMULATOR_URL, CRONOFY_ACCESS_TOKEN } = process.env;
const handed = [];
let folder, server;

async function call(method, url, body) {
  const headers = { Authorization: `Bearer ${CRONOFY_ACCESS_TOKEN}`, "Content-Type": "application/json" };
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

async function waitFor(fits) {
  for (let left = 1200; left; left -= 1) {
    const found = handed.find(fits);
    if (found) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("the event was not handed on");
}

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "cronofy-"));
  const environment = { ...process.env, CRONOFY_INBOX: path.join(folder, "inbox.json") };
  server = createApp(new Receiver((event) => handed.push(event), environment)).listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  await call("POST", `${CRONOFY_API_URL}/v1/channels`, {
    callback_url: `http://127.0.0.1:${server.address().port}/cronofy/hook`,
  });
});

after(() => {
  server.close();
  server.closeAllConnections();
  fs.rmSync(folder, { recursive: true });
});

test("a new event arrives, and its deletion", async () => {
  const { event } = await call("POST", `${CRONOFY_SIMULATOR_URL}/events`, { summary: "Lunch with Ada" });
  await waitFor((each) => each.event_uid === event.event_uid && !each.deleted);

  await call("DELETE", `${CRONOFY_SIMULATOR_URL}/events/${event.event_uid}`);
  assert.ok(await waitFor((each) => each.event_uid === event.event_uid && each.deleted));
});
