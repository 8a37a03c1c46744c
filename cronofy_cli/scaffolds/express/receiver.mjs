// Cronofy's push notifications: which are Cronofy's, and what has to be read because of them.
//
// A handler gives the raw body and the header to `take` and answers with the status that it returns. By then the
// notification is on disk, in a JSON file with the earliest changes_since of each channel: repeats, late ones and bursts
// become one read. The changed events are read afterwards, here in the process; what fails stays on disk and is tried
// again, and holds nothing else up. With more than one process, keep both files' contents in your database, and call
// `readUnread` from your queue.
import crypto from "node:crypto";
import fs from "node:fs";

const OVERLAP_MS = 5000; // each read begins a little before changes_since; what was seen before is dropped
const SEEN_MS = 30 * 86_400_000;
const RETRY_MS = 60_000;
const TIMEOUT_MS = 30_000;

export class Receiver {
  /** `onEvent` gets an event as Read Events has it, once, or again after a crash; a deleted one has `deleted: true`. */
  constructor(onEvent, environment = process.env) {
    this.onEvent = onEvent;
    // Several while secrets are rotated. An empty one would take what anybody can sign.
    this.secrets = (environment.CRONOFY_CLIENT_SECRET ?? "").split(",").map((secret) => secret.trim()).filter(Boolean);
    if (!this.secrets.length) throw new Error("CRONOFY_CLIENT_SECRET is not set");
    this.apiUrl = environment.CRONOFY_API_URL ?? "https://api.cronofy.com";
    this.environment = environment;
    this.file = environment.CRONOFY_INBOX ?? "cronofy-inbox.json";
    this.unread = load(this.file); // channel: { since, count }
    this.seen = load(`${this.file}.seen`); // event_uid: { state, at }
    this.reading = undefined;
    if (Object.keys(this.unread).length) this.readSoon();
  }

  /** Return the status to answer with: 401 for what Cronofy did not sign, else 200. Never waits for Cronofy. */
  take(body, signatures) {
    if (!this.isFromCronofy(body, signatures)) return 401;
    const change = changeOf(body);
    if (!change) return 200; // signed by Cronofy and not known here: 2xx all the same, or it is sent for 24 hours
    const [channel, since] = change;
    const before = this.unread[channel];
    this.unread[channel] = {
      since: before && before.since < since ? before.since : since,
      count: (before?.count ?? 0) + 1,
    };
    try {
      save(this.file, this.unread);
    } catch (error) {
      if (before) this.unread[channel] = before;
      else delete this.unread[channel];
      throw error; // not 2xx: Cronofy sends it again
    }
    this.readSoon();
    return 200;
  }

  /** Return the token of the account that a channel belongs to. Replace this: most applications have many. */
  accessToken(_channel) {
    return this.environment.CRONOFY_ACCESS_TOKEN;
  }

  /** Read the events behind all notifications that were not read yet; return whether all of it went well. */
  async readUnread() {
    let wentWell = true;
    for (const [channel, { since, count }] of Object.entries(this.unread)) {
      const isDone = await this.readChannel(channel, since);
      // Another one may have come meanwhile: then it is read once more.
      if (isDone && this.unread[channel].count === count) delete this.unread[channel];
      wentWell &&= isDone;
    }
    for (const [uid, { at }] of Object.entries(this.seen)) if (at < Date.now() - SEEN_MS) delete this.seen[uid];
    save(`${this.file}.seen`, this.seen);
    save(this.file, this.unread);
    return wentWell;
  }

  isFromCronofy(body, signatures) {
    const sent = (signatures ?? "").split(",").map((digest) => Buffer.from(digest.trim()));
    const known = this.secrets.map((secret) =>
      Buffer.from(crypto.createHmac("sha256", secret).update(body).digest("base64")),
    );
    // timingSafeEqual throws where the lengths differ.
    return known.some((ours) =>
      sent.some((theirs) => ours.length === theirs.length && crypto.timingSafeEqual(ours, theirs)),
    );
  }

  readSoon() {
    this.isAsked = true;
    this.reading ??= new Promise((done) => setImmediate(done)).then(() => this.readAll());
  }

  async readAll() {
    let wentWell = true;
    while (this.isAsked) {
      this.isAsked = false; // what comes meanwhile asks again
      try {
        wentWell = await this.readUnread();
      } catch (error) {
        wentWell = false;
        console.error("the inbox cannot be written:", error.message);
      }
    }
    this.reading = undefined;
    if (!wentWell) setTimeout(() => this.readSoon(), RETRY_MS).unref();
  }

  /** Hand on what has changed, and return whether all of it was taken. */
  async readChannel(channel, since) {
    let isDone = true;
    try {
      for await (const event of this.changedEvents(channel, since)) isDone = (await this.handOn(event)) && isDone;
    } catch (error) {
      // 401: the token has ended or was revoked; accessToken has to return another one.
      console.error(`the events of ${channel} cannot be read; tried again in ${RETRY_MS / 1000} s:`, error.message);
      return false;
    }
    return isDone;
  }

  async *changedEvents(channel, since) {
    const start = new Date(Date.parse(since) - OVERLAP_MS).toISOString().replace(/\.\d+Z$/, "Z");
    const query = new URLSearchParams({ tzid: "Etc/UTC", include_deleted: "true", last_modified: start });
    for (let url = `${this.apiUrl}/v1/events?${query}`; url; ) {
      const headers = { Authorization: `Bearer ${this.accessToken(channel)}` };
      const answer = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!answer.ok) throw new Error(`Read Events answered ${answer.status}`);
      const page = await answer.json();
      yield* page.events;
      url = page.pages.next_page;
    }
  }

  /** Hand an event on, unless it was handed on in this very state, and return whether it was taken. */
  async handOn(event) {
    const state = crypto.createHash("sha256").update(JSON.stringify(event)).digest("base64");
    if (this.seen[event.event_uid]?.state === state) return true;
    try {
      await this.onEvent(event);
    } catch (error) {
      console.error(`the event ${event.event_uid} was not taken; tried again in ${RETRY_MS / 1000} s:`, error);
      return false;
    }
    this.seen[event.event_uid] = { state, at: Date.now() };
    return true;
  }
}

/** Return the channel and changes_since of a change; undefined for everything else. */
function changeOf(body) {
  try {
    const { notification, channel } = JSON.parse(body);
    const since = notification.changes_since;
    const isChange = notification.type === "change" && typeof channel.channel_id === "string";
    return isChange && !Number.isNaN(Date.parse(since)) ? [channel.channel_id, since] : undefined;
  } catch {
    return undefined;
  }
}

function load(file) {
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
}

function save(file, content) {
  fs.writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 }); // events are nobody else's business
  fs.renameSync(`${file}.new`, file); // never half a file
}
