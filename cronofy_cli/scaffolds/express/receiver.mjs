// Cronofy's push notifications: which are Cronofy's, and what has to be read because of them.
//
// A handler gives the raw body and the header to `take` and answers with the status that it returns. By then the
// notification is on disk, in a JSON file with the earliest changes_since of each channel: repeats, late ones and bursts
// become one read. The changed events are read afterwards, here in the process; what fails stays on disk and is tried
// again. With more than one process, keep `unread` and `seen` in your database, and call `readUnread` from your queue.
import crypto from "node:crypto";
import fs from "node:fs";

const OVERLAP_MS = 5000; // each read begins a little before changes_since; what was seen before is dropped
const RETRY_MS = 60_000;
const TIMEOUT_MS = 30_000;

export class Receiver {
  /** `onEvent` gets an event as Read Events has it, once in each state; a deleted one has `deleted: true`. */
  constructor(onEvent, environment = process.env) {
    this.onEvent = onEvent;
    this.secrets = environment.CRONOFY_CLIENT_SECRET.split(",").map((secret) => secret.trim()); // several while rotated
    this.apiUrl = environment.CRONOFY_API_URL ?? "https://api.cronofy.com";
    this.environment = environment;
    this.file = environment.CRONOFY_INBOX ?? "cronofy-inbox.json";
    const kept = fs.existsSync(this.file) ? JSON.parse(fs.readFileSync(this.file, "utf8")) : {};
    this.unread = kept.unread ?? {}; // channel: earliest changes_since
    this.seen = kept.seen ?? {}; // event_uid: digest of its state
    this.reading = undefined;
    if (Object.keys(this.unread).length) this.readSoon();
  }

  /** Return the status to answer with: 401 for what Cronofy did not sign, else 200. Never waits for Cronofy. */
  take(body, signatures) {
    if (!this.isFromCronofy(body, signatures)) return 401;
    let document;
    try {
      document = JSON.parse(body);
    } catch {
      return 200; // signed by Cronofy and not known here: 2xx all the same, or Cronofy sends it for 24 hours
    }
    const { notification, channel } = document ?? {};
    if (notification?.type !== "change" || !channel?.channel_id) return 200;
    const since = this.unread[channel.channel_id];
    if (since === undefined || since > notification.changes_since) {
      this.unread[channel.channel_id] = notification.changes_since;
      this.save();
    }
    this.readSoon();
    return 200;
  }

  /** Return the token of the account that a channel belongs to. Replace this: most applications have many. */
  accessToken(_channel) {
    return this.environment.CRONOFY_ACCESS_TOKEN;
  }

  /** Read the events behind all notifications that were not read yet. */
  async readUnread() {
    for (const [channel, since] of Object.entries(this.unread)) {
      await this.readChanged(channel, since);
      if (this.unread[channel] >= since) delete this.unread[channel]; // an earlier one may have come meanwhile
      this.save();
    }
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
    this.reading ??= new Promise((done) => setImmediate(done)).then(() => this.readAll());
  }

  async readAll() {
    try {
      while (Object.keys(this.unread).length) await this.readUnread();
    } catch (error) {
      console.error(`changed events could not be read; tried again in ${RETRY_MS / 1000} s:`, error.message);
      setTimeout(() => this.readSoon(), RETRY_MS).unref();
    } finally {
      this.reading = undefined;
    }
  }

  async readChanged(channel, since) {
    const start = new Date(Date.parse(since) - OVERLAP_MS).toISOString().replace(/\.\d+Z$/, "Z");
    const query = new URLSearchParams({ tzid: "Etc/UTC", include_deleted: "true", last_modified: start });
    for (let url = `${this.apiUrl}/v1/events?${query}`; url; ) {
      const headers = { Authorization: `Bearer ${this.accessToken(channel)}` };
      const answer = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!answer.ok) throw new Error(`Read Events answered ${answer.status}`);
      const page = await answer.json();
      for (const event of page.events) await this.handOn(event);
      url = page.pages.next_page;
    }
  }

  async handOn(event) {
    const state = crypto.createHash("sha256").update(JSON.stringify(event)).digest("base64");
    if (this.seen[event.event_uid] === state) return;
    await this.onEvent(event);
    this.seen[event.event_uid] = state;
  }

  save() {
    fs.writeFileSync(`${this.file}.new`, JSON.stringify({ unread: this.unread, seen: this.seen }));
    fs.renameSync(`${this.file}.new`, this.file); // never half a file
  }
}
