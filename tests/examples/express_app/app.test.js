"use strict";

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const Cronofy = require("cronofy");
const { createApp } = require("./app.js");
const { freshWorld } = require("./simulator.js");

let world, server, url;

before(async () => {
  world = await freshWorld();
  server = createApp(world).listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  url = `http://127.0.0.1:${server.address().port}`;
  const client = new Cronofy({ access_token: world.accessToken });
  client.urls.api = world.apiUrl;
  await client.createNotificationChannel({ callback_url: `${url}/cronofy` });
});

after(async () => {
  server.close();
  server.closeAllConnections();
  await world.end();
});

const meetings = async () => (await fetch(`${url}/meetings`)).json();

test("a meeting is listed, and gone when it is deleted", async () => {
  const lunch = await world.addEvent("Lunch");
  assert.equal((await world.waitForDelivery("change")).status, 200);
  assert.deepEqual(await meetings(), ["Lunch"]);

  await world.deleteEvent(lunch);
  assert.equal((await world.waitForDelivery("change")).status, 200);
  assert.deepEqual(await meetings(), []);
});

test("a forged notification is refused", async () => {
  const body = JSON.stringify({ notification: { type: "change" } });
  const answer = await fetch(`${url}/cronofy`, {
    method: "POST",
    body,
    headers: { "Cronofy-HMAC-SHA256": "bm8=" },
  });
  assert.equal(answer.status, 401);
});
