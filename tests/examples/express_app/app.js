// A small application built on Cronofy: it keeps a list of somebody's meetings up to date.
"use strict";

const Cronofy = require("cronofy");
const express = require("express");

function createApp({ apiUrl, clientId, clientSecret, accessToken }) {
  const client = new Cronofy({ client_id: clientId, client_secret: clientSecret, access_token: accessToken });
  if (apiUrl) client.urls.api = apiUrl; // api.cronofy.com otherwise
  const titles = new Map();

  async function update(changesSince) {
    const { events } = await client.readEvents({
      tzid: "Etc/UTC",
      last_modified: changesSince,
      include_deleted: true,
    });
    for (const event of events) {
      if (event.deleted) titles.delete(event.event_uid);
      else titles.set(event.event_uid, event.summary);
    }
  }

  const app = express();
  app.post("/cronofy", express.raw({ type: "*/*" }), async (request, response) => {
    if (!client.hmacValid({ hmac: request.get("Cronofy-HMAC-SHA256"), body: request.body })) {
      return response.sendStatus(401);
    }
    const { notification } = JSON.parse(request.body);
    if (notification.type === "change") await update(notification.changes_since);
    response.sendStatus(200);
  });
  app.get("/meetings", (_request, response) => response.json([...titles.values()].sort()));
  return app;
}

module.exports = { createApp };
