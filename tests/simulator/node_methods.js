// Calls every method of the official Node SDK, each in a world of its own, and prints a line of JSON per method: its name,
// the routes that it reached with their status, and what was wrong.
"use strict";

const Cronofy = require("cronofy");

const simulator = process.env.CRONOFY_SIMULATOR_URL;
const redirectUri = "http://localhost:7777/callback";
const start = new Date(Date.now() + 3 * 86400e3).toISOString().slice(0, 13) + ":00:00Z";
const end = start.replace(":00:00Z", ":30:00Z");
const event = { event_id: "node-1", summary: "From Node", description: "", start, end, tzid: "Etc/UTC" };

async function control(method, url, body) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body), redirect: "manual" });
  const text = await answer.text();
  return text.startsWith("{") ? JSON.parse(text) : answer;
}

class Calls {
  constructor(world) {
    this.world = world;
    this.home = world.accounts[0].calendars[0].calendar_id;
    this.profile = world.accounts[0].profiles[1].profile_id;
    this.client = this.newClient({ access_token: world.access_token });
  }

  newClient(tokens) {
    const client = new Cronofy({ client_id: this.world.client_id, client_secret: this.world.client_secret, ...tokens });
    client.urls.api = this.world.url;
    return client;
  }

  async signedIn() {
    const query = new URLSearchParams({
      response_type: "code", client_id: this.world.client_id, redirect_uri: redirectUri, auto: "allow",
      scope: "read_account list_calendars read_events create_event delete_event",
    });
    const answer = await control("GET", `${this.world.url}/oauth/authorize?${query}`);
    const code = new URL(answer.headers.get("Location")).searchParams.get("code");
    const client = this.newClient({});
    await client.requestAccessToken({ code, redirect_uri: redirectUri });
    return client;
  }

  async elevated() {
    const permissions = [{ calendar_id: this.home, permission_level: "unrestricted" }];
    const asked = await this.client.elevatedPermissions({ permissions, redirect_uri: redirectUri });
    await control("GET", `${asked.permissions_request.url}?auto=allow`);
    return asked;
  }

  async ownersEvent() {
    const added = await control("POST", `${this.world.url}/simulator/events`, { calendar: this.home, summary: "Lunch" });
    return { calendar_id: this.home, event_uid: added.event.event_uid };
  }

  async invite() {
    const invite = { smart_invite_id: "node-1", recipient: { email: "ada@x.test" }, event: { summary: "x", start, end } };
    return this.client.createSmartInvite(invite);
  }

  async pages(method) {
    let answer = await this.client[method]({ tzid: "Etc/UTC" });
    while (answer.pages.next_page) answer = await this.client[method]({ next_page: answer.pages.next_page });
    return answer;
  }
}

const simulated = {
  requestAccessToken: async (c) => (await c.signedIn()).config.access_token,
  refreshAccessToken: async (c) => (await (await c.signedIn()).refreshAccessToken()).access_token,
  revokeAuthorization: async (c) => {
    const client = await c.signedIn();
    await client.revokeAuthorization({ token: client.config.refresh_token });
    return !client.config.access_token;
  },
  accountInformation: async (c) => (await c.client.accountInformation()).account.email,
  userInfo: async (c) => (await c.client.userInfo()).sub === c.world.sub,
  profileInformation: async (c) => (await c.client.profileInformation()).profiles.length === 2,
  revokeProfileAuthorization: async (c) => {
    await c.client.revokeProfileAuthorization({ profile_id: c.profile });
    const { profiles } = await c.client.profileInformation();
    return !profiles.find((one) => one.profile_id === c.profile)?.profile_connected;
  },
  listCalendars: async (c) => (await c.client.listCalendars()).calendars.length === 3,
  createCalendar: async (c) =>
    (await c.client.createCalendar({ profile_id: c.world.accounts[0].profiles[0].profile_id, name: "Node" })).calendar
      .calendar_name === "Node",
  applicationCalendar: async (c) => (await c.client.applicationCalendar({ application_calendar_id: "node" })).sub,
  elevatedPermissions: async (c) => (await c.elevated()).permissions_request.url,
  createNotificationChannel: async (c) =>
    (await c.client.createNotificationChannel({ callback_url: "http://127.0.0.1:9/" })).channel.channel_id,
  listNotificationChannels: async (c) => (await c.client.listNotificationChannels()).channels.length === 0,
  deleteNotificationChannel: async (c) => {
    const { channel } = await c.client.createNotificationChannel({ callback_url: "http://127.0.0.1:9/" });
    await c.client.deleteNotificationChannel({ channel_id: channel.channel_id });
    return (await c.client.listNotificationChannels()).channels.length === 0;
  },
  readEvents: async (c) => (await c.pages("readEvents")).events.length,
  freeBusy: async (c) => (await c.pages("freeBusy")).free_busy.length,
  createEvent: async (c) => {
    await c.client.createEvent({ calendar_id: c.home, ...event });
    return (await c.client.readEvents({ tzid: "Etc/UTC", only_managed: true })).events[0].summary === "From Node";
  },
  deleteEvent: async (c) => {
    await c.client.createEvent({ calendar_id: c.home, ...event });
    await c.client.deleteEvent({ calendar_id: c.home, event_id: "node-1" });
    return (await c.client.readEvents({ tzid: "Etc/UTC", only_managed: true })).events.length === 0;
  },
  bulkDeleteEvents: async (c) => (await c.client.bulkDeleteEvents({ delete_all: true })) === "",
  updateExternalEvent: async (c) => {
    await c.elevated();
    const external = await c.ownersEvent();
    await c.client.updateExternalEvent({ ...external, summary: "Moved" });
    const { events } = await c.client.readEvents({ tzid: "Etc/UTC", calendar_ids: [c.home] });
    return events.find((one) => one.event_uid === external.event_uid).summary === "Moved";
  },
  deleteExternalEvent: async (c) => {
    await c.elevated();
    return (await c.client.deleteExternalEvent(await c.ownersEvent())) === "";
  },
  createSmartInvite: async (c) => (await c.invite()).recipient.email === "ada@x.test",
  getSmartInvite: async (c) => {
    await c.invite();
    return (await c.client.getSmartInvite({ smart_invite_id: "node-1", recipient_email: "ada@x.test" })).recipient.status;
  },
  cancelSmartInvite: async (c) => {
    await c.invite();
    return c.client.cancelSmartInvite({ smart_invite_id: "node-1", recipient: { email: "ada@x.test" } });
  },
  batch: async (c) => {
    const path = `/v1/calendars/${c.home}/events`;
    const batch = [
      { method: "POST", relative_url: path, data: event },
      { method: "DELETE", relative_url: path, data: { event_id: "node-1" } },
    ];
    return (await c.client.batch({ batch })).batch.every((one) => one.status === 202);
  },
  availability: async (c) =>
    (
      await c.client.availability({
        participants: [{ members: [{ sub: c.world.sub }], required: "all" }],
        required_duration: { minutes: 30 },
        query_periods: [{ start, end: start.replace(/T.*/, "T23:59:00Z") }],
      })
    ).available_periods,
  hmacValid: async (c) => {
    const hmac = require("node:crypto").createHmac("sha256", c.world.client_secret).update("{}").digest("base64");
    return c.client.hmacValid({ hmac: `x,${hmac}`, body: "{}" });
  },
};

const beyond = [
  "addToCalendar", "realTimeScheduling", "realTimeSequencing", "authorizeWithServiceAccount", "sequencedAvailability",
  "upsertAvailablePeriod", "listAvailablePeriods", "deleteAvailablePeriods", "listAvailabilityRules",
  "upsertAvailabilityRule", "readAvailabilityRule", "deleteAvailabilityRule", "requestElementToken",
  "listAccessibleCalendars", "delegatedAuthorizations", "conferencingServiceAuthorizations", "createBookableEvent",
  "readBookableEvents", "upsertRegistrationBookableEvent", "deleteRegistrationBookableEvent",
];

async function attempt(name, call) {
  const world = await control("POST", `${simulator}/worlds`, {});
  let problem = null;
  try {
    if (!(await call(new Calls(world)))) problem = "it returned nothing true";
  } catch (error) {
    problem = `${error.statusCode ?? ""} ${error.message}`.trim();
  }
  const { requests } = await control("GET", `${world.url}/simulator/requests`);
  await control("DELETE", `${simulator}/worlds/${world.world}`);
  const reached = requests.map((one) => ({ operation: one.operation, status: one.status }));
  console.log(JSON.stringify({ method: name, reached, problem }));
}

async function main() {
  for (const [name, call] of Object.entries(simulated)) await attempt(name, call);
  for (const name of beyond) {
    await attempt(name, async (c) => {
      try {
        await c.client[name]({ id: "x", availability_rule_id: "x", bookable_event_id: "x", registration_id: "x" });
      } catch (error) {
        if (error.statusCode !== 501) throw error;
        return true;
      }
    });
  }
  const known = new Set([...Object.keys(simulated), ...beyond]);
  const methods = Object.getOwnPropertyNames(Cronofy.prototype).filter((one) => !/^_|^constructor$/.test(one));
  console.log(JSON.stringify({ method: "", reached: [], problem: methods.filter((one) => !known.has(one)).join(" ") }));
}

main();
