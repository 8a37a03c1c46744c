// A handler for Cronofy's push notifications: node app.mjs
import process from "node:process";
import { pathToFileURL } from "node:url";
import express from "express";
import { Receiver } from "./receiver.mjs";

/** Do what the application does with a changed event. */
export function onEvent(event) {
  console.log(event.deleted ? "deleted" : "changed", event.event_uid, event.summary);
}

export function createApp(receiver) {
  const app = express();
  // Above any app.use(express.json()): whoever reads the stream first has it. Any content type, and room for long filters.
  app.post("/cronofy/hook", express.raw({ type: () => true, limit: "1mb" }), (request, response) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0); // an empty body is no Buffer
    response.sendStatus(receiver.take(body, request.get("Cronofy-HMAC-SHA256")));
  });
  return app;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  createApp(new Receiver(onEvent)).listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
}
