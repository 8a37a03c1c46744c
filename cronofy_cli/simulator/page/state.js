// What the page knows of the world, how it gets it, and who draws it again when it changes.
import {isPressed, letGo} from './shared/press.js';
import {follow, request, Refused, Unreachable} from './shared/server.js';
import {DAY, dayOf, instantOf, mondayOf, wallTime} from './shared/week.js';

const MOST_EVENTS = 2000, MOST_ENTRIES = 400, PAUSE_MS = 200;

export const state = {
  connected: false,
  lostAt: null,               // when the simulator stopped answering
  loaded: false,
  status: null, credentials: null, worlds: [], choices: {},
  accounts: [], sub: null, channels: [], closed: [], faults: [], delay_s: 0,
  clock: {offset: 0, now: 0, stopped: false},
  events: [], firstDay: null, hidden: new Set(),
  entries: [], fresh: new Set(),
  grabbed: null,               // {event, start, end} of what the keys move: the event, and where it was
  who: 'owner', shown: 'all', tab: 'calendar',
};

export const account = () => state.accounts.find(one => one.sub === state.sub) ?? state.accounts[0];
export const zone = () => account()?.tzid ?? 'Etc/UTC';
export const calendarOf = id => account()?.calendars.find(one => one.calendar_id === id);
export const profileOf = calendar => account()?.profiles.find(one => one.profile_id === calendar?.profile_id);
export const isLocked = event => Boolean(calendarOf(event.calendar)?.readonly);
/** The class that gives a calendar its colour and line. */
export const styleOf = id => `c${(account()?.calendars.findIndex(one => one.calendar_id === id) ?? 0) % 3 + 1}`;
/** The instant that the world's clock shows. */
export const now = () => (state.clock.stopped ? state.clock.now : Date.now() + state.clock.offset);
/** How many days are shown, and the first of them for a day that is to be seen. */
export const shownDays = () => (matchMedia('(max-width: 760px)').matches ? 3 : 7);
export const firstDayFor = wall => (shownDays() === 7 ? mondayOf(wall) : dayOf(wall));
export const nowWall = () => wallTime(now(), zone());
/** Names of the applications that have a token for the account. */
export const applications = () => Object.keys(tokens());
const tokens = () => state.credentials?.accounts.find(one => one.sub === state.sub)?.access_tokens ?? {};

// ---- who draws -------------------------------------------------------------------------------------------------------

const painters = new Set();
let painting = false;
/** Calls a function after every change, at most once for each frame, and not while a button is pressed. */
export const onChange = painter => painters.add(painter);
export function changed() {
  if (painting) return;
  painting = true;
  requestAnimationFrame(async () => {
    while (isPressed()) await letGo();
    painting = false;
    for (const paint of painters) paint();
  });
}

// ---- calls -----------------------------------------------------------------------------------------------------------

const fields = document => Object.entries(document?.errors ?? {}).map(([field, problems]) => `${field}: ${problems.map(one => one.description ?? one.key).join(', ')}`).join('; ');
const sentence = (status, document) => document?.message ?? (fields(document) || (status === 403 ? 'its calendar is read-only' : status === 404 ? 'it is not there any more' : null));
const asApplication = (status, document) => fields(document) || {
  401: 'its token is not valid any more (401)',
  403: 'the application may not (403): the calendar is read-only, or the event is not its own and it has no elevated access',
  404: 'the application sees no such event or calendar (404)', 422: 'the options of this event do not allow it (422)', 429: 'too many calls (429)',
}[status] || null;

/** A call of the control API. */
export const control = (method, path, body) => guarded(request(method, `simulator${path}`, body, {sentence}));
/** A call of Cronofy's API with the token of the chosen application. */
export const api = (method, path, body, application = state.who) => guarded(
  request(method, `v1${path}`, body, {headers: {Authorization: `Bearer ${tokens()[application]}`}, sentence: asApplication}));

async function guarded(call) {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Unreachable) lost();
    throw error;
  }
}

function lost() {
  if (!state.connected && state.lostAt !== null) return;
  state.connected = false;
  state.lostAt = now();
  changed();
}

// ---- reading ---------------------------------------------------------------------------------------------------------

const instant = value => Date.parse(value);
export const isDate = value => /^\d{4}-\d\d-\d\d$/.test(value);

function eventOf(raw) {
  const allDay = isDate(raw.start), wall = value => (allDay ? Date.parse(`${value}T00:00:00Z`) : wallTime(instant(value), zone()));
  return {
    uid: raw.event_uid, id: raw.event_id ?? null, calendar: raw.calendar_id, title: raw.summary ?? '', allDay, start: wall(raw.start), end: wall(raw.end),
    location: raw.location?.description ?? '', description: raw.description ?? '', recurring: Boolean(raw.recurring), status: raw.status, free: raw.transparency === 'transparent',
  };
}

async function readEvents() {
  state.firstDay ??= firstDayFor(nowWall());
  const edge = wall => encodeURIComponent(new Date(instantOf(wall, zone())).toISOString());
  const path = `/events?account=${encodeURIComponent(state.sub)}&limit=${MOST_EVENTS}&from=${edge(state.firstDay - DAY)}&to=${edge(state.firstDay + 8 * DAY)}`;
  const kept = state.grabbed?.event;
  state.events = (await control('GET', path)).events.map(raw => (raw.event_uid === kept?.uid ? kept : eventOf(raw)));
}

/** Reads what changes, and draws it. */
async function read() {
  const [accounts, channels, faults, provider, clock] = await Promise.all(['/accounts', '/channels', '/faults', '/provider', '/clock'].map(path => control('GET', path)));
  state.accounts = accounts.accounts;
  if (!state.accounts.some(one => one.sub === state.sub)) state.sub = state.accounts[0]?.sub ?? null;
  state.channels = channels.channels;
  state.faults = faults.faults;
  state.delay_s = provider.delay_s;
  state.clock = {now: instant(clock.now), offset: clock.ahead_s * 1000, stopped: clock.stopped};
  await readEvents();
  changed();
}

let reading = null, again = false;
/** Reads soon, and once more when something changes meanwhile; the promise ends when what is known now is drawn. */
export function refresh() {
  if (reading) { again = true; return reading; }
  reading = (async () => {
    try {
      do {
        again = false;
        await read();
        if (again) await new Promise(resolve => { setTimeout(resolve, PAUSE_MS); });
      } while (again);
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof Refused)) throw error;
    } finally {
      reading = null;
    }
  })();
  return reading;
}

function take(entry, isFresh) {
  if (state.entries.some(other => other.number === entry.number)) return;
  state.entries.push(entry);
  if (state.entries.length > MOST_ENTRIES) state.entries.shift();
  if (isFresh) state.fresh.add(entry.number);
  const act = entry.act;
  if (act?.kind === 'channel_closed') state.closed = [{channel_id: act.details.channel_id, callback_url: act.details.subject, note: act.details.note}, ...state.closed].slice(0, 3);
}

let arrived = null;   // entries that came while everything was read

/** Reads everything: at the start, after a reset, and when a simulator is there again. */
async function readAll() {
  arrived = [];
  const [status, credentials, worlds, choices, timeline] = await Promise.all(['', '/credentials', '/worlds', '/choices', `/timeline?limit=${MOST_ENTRIES}`].map(path => control('GET', path)));
  Object.assign(state, {status, credentials, worlds: worlds.worlds, choices: Object.fromEntries(choices.choices.map(one => [one.name, one.value]))});
  state.entries = [];
  state.closed = [];
  for (const entry of [...timeline.entries, ...(arrived ?? [])]) take(entry, false);
  await refresh();
  state.loaded = true;
  arrived = null;
  changed();
}

let stream;
/** Begins to follow the world. */
export function begin() {
  stream = follow('simulator/live', {
    entry: entry => { arrived?.push(entry); take(entry, true); changed(); },
    changed: () => refresh(),
    reset: () => readAll().catch(() => {}),
  }, isThere => {
    if (!isThere) return lost();
    state.connected = true;
    state.lostAt = null;
    return readAll().catch(error => { if (!(error instanceof Unreachable)) throw error; });
  });
  addEventListener('pagehide', () => stream.close());
  addEventListener('pageshow', event => { if (event.persisted) stream.retry(); });
}
export const retry = () => stream.retry();

/** The next attempt of any channel, or null. */
export function nextTry() {
  const due = state.channels.flatMap(channel => channel.waiting.map(one => instant(one.due_at)));
  return due.length ? Math.min(...due) : null;
}
