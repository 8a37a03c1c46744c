// A world of the simulator for one test. `cronofy simulator exec -- npm test` sets CRONOFY_SIMULATOR_URL.
"use strict";

async function call(method, url, body) {
  const answer = await fetch(url, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

async function freshWorld() {
  const worlds = `${process.env.CRONOFY_SIMULATOR_URL}/worlds`;
  const world = await call("POST", worlds, { choices: { coalesce_window_s: 0.02 } });
  const control = `${world.url}/simulator`;
  let seen = 0;
  return {
    apiUrl: world.url,
    clientId: world.client_id,
    clientSecret: world.client_secret,
    accessToken: world.access_token,
    addEvent: async (summary) => (await call("POST", `${control}/events`, { summary })).event,
    deleteEvent: (event) => call("DELETE", `${control}/events/${event.event_uid}`),
    waitForDelivery: async (type) => {
      const { deliveries } = await call("GET", `${control}/deliveries?type=${type}&after=${seen}&wait_s=30`);
      if (!deliveries.length) throw new Error(`no ${type} was delivered`);
      seen = deliveries[0].number;
      return deliveries[0];
    },
    end: () => call("DELETE", `${worlds}/${world.world}`),
  };
}

module.exports = { freshWorld };
