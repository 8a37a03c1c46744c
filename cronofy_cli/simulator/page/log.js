// At the right, below: what happened. An act, and indented below it what it set off: attempts, then the application's calls.
import {$, fill, h, icon, segment} from './shared/dom.js';
import {dateText, dayName, spanText, wallTime} from './shared/week.js';
import {undelete} from './acts.js';
import {duration} from './channels.js';
import {calendarOf, changed, isDate, state, zone} from './state.js';

const MOST_ROWS = 250, FOLLOWS_MS = 15000;
const KINDS = [['all', 'All'], ['act', 'Edits'], ['delivery', 'Sent'], ['request', 'Calls']];
const isGood = status => status >= 200 && status < 300;
const wall = time => wallTime(Date.parse(time), zone());
const clock = time => new Date(wall(time)).toISOString().slice(11, 19);
const short = (id, most = 14) => (id.length > most ? `${id.slice(0, 4)}…${id.slice(-4)}` : id);

function when({start, end}) {
  if (!start || !end) return '';
  return isDate(start) ? `${dayName(Date.parse(start))} ${dateText(Date.parse(start))}` : spanText(wall(start), wall(end));
}

const ACTS = {
  event_added: ['edit', 'link', one => ['owner added ', quoted(one), `, ${when(one)}`]], event_moved: ['edit', 'link', one => ['owner moved ', quoted(one), ` to ${when(one)}`]],
  event_changed: ['edit', 'link', one => ['owner changed ', quoted(one)]], event_deleted: ['edit', 'link', one => ['owner deleted ', quoted(one)]], event_restored: ['edit', 'link', one => ['owner brought back ', quoted(one)]],
  calendar_removed: ['edit', 'link', one => ['calendar ', quoted(one), ' is deleted']],
  profile_disconnected: ['warn', 'warn', one => [one.subject, ' is disconnected']], profile_reconnected: ['ok', 'ok', one => [one.subject, ' is connected again']],
  profile_sync_begun: ['clock', 'warn', one => [one.subject, ': first sync begun']], profile_sync_done: ['ok', 'ok', one => [one.subject, ': first sync done']],
  channel_closed: ['bad', 'bad', one => [short(one.channel_id ?? ''), ' closed']], clock_set: ['clock', 'quiet', one => ['clock ', one.subject]],
  notification_pushed: ['send', 'link', one => [one.subject, one.channel_id ? ` pushed to ${short(one.channel_id)}` : ' pushed to every channel']],
  fault_added: ['warn', 'warn', one => ['fault: ', one.subject]], faults_cleared: ['ok', 'ok', () => ['fault cleared']], provider_delayed: ['clock', 'warn', one => ['changes are noticed ', one.subject, ' later']],
};
const quoted = one => `“${one.subject || '(no title)'}”`;

function actRow({act, number}) {
  const [sign, color, words] = ACTS[act.kind] ?? ['edit', 'quiet', one => [act.kind, ' ', one.subject]], one = act.details, where = one.calendar_id && calendarOf(one.calendar_id)?.name;
  const undo = act.kind === 'event_deleted' && h('button', {type: 'button', cls: 'btn small', 'data-key': `undelete ${number}`, on: {click: () => undelete(one.event_uid, one.subject)}}, 'Undelete');
  return {number, time: act.at, sign, color, text: words(one), note: [one.note, act.kind.startsWith('event') && where].filter(Boolean).join('; '), extra: undo, kind: 'act', isChange: /^(event|calendar|profile_reconnected)/.test(act.kind)};
}

function deliveryRow({delivery: one, number}) {
  const good = isGood(one.status), to = one.channel_id ? short(one.channel_id) : one.callback_url;
  return {number, time: one.at, sign: good ? 'ok' : 'bad', color: good ? 'ok' : 'bad', kind: 'delivery', first: one.attempt, last: one.attempt, notification: one.notification, status: one.status, failure: one.failure,
    text: [`${one.type} → `, to], ms: one.duration_ms, type: one.type, channel: one.channel_id, since: sinceOf(one),
    note: good ? '' : [one.failure, one.next_attempt_at ? `next attempt in ${duration(Date.parse(one.next_attempt_at) - Date.parse(one.at))}` : 'given up'].filter(Boolean).join(', ')};
}

function requestRow({request: one, number}) {
  const bad = one.status === null || one.status >= 400, isOwnWrite = !bad && one.method !== 'GET' && /^\/v1\/calendars\/[^/]+\/events/.test(one.path);
  const query = one.query ? decoded(one.query) : '';
  return {number, time: one.at, sign: 'call', color: bad ? 'bad' : 'quiet', kind: 'request', text: [`${one.method} `, one.path.split('/').map(part => short(part, 24)).join('/')], title: one.path, status: one.status ?? 'dropped', isBad: bad, ms: one.duration_ms, isWrite: one.method !== 'GET', isOpening: one.operation === 'create_channel' && !bad,
    note: [one.note, query, isOwnWrite && 'the application is not notified of its own changes'].filter(Boolean).join('; ')};
}
/** What a `change` says about its time, in milliseconds; null for other types. */
const sinceOf = one => { try { return Date.parse(JSON.parse(one.body).notification.changes_since) || null; } catch { return null; } };
const decoded = query => { try { return decodeURIComponent(query.replaceAll('+', ' ')); } catch { return query; } };

const rowOf = entry => (entry.act ? actRow(entry) : entry.delivery ? deliveryRow(entry) : requestRow(entry));

/** The group of what set off a delivery: of the newest act or call that can have done it. */
function causeOf(row, groups, latest) {
  if (row.type === 'verification') {
    const opening = groups.find(([head]) => head.isOpening && !head.isVerified);
    if (opening) { opening[0].isVerified = true; return opening; }
  }
  if (row.since === null) return latest;
  const meant = groups.filter(([head]) => head.isChange && Math.floor(Date.parse(head.time) / 1000) * 1000 === row.since);
  // Where acts share a second, the first one after what the channel got before.
  const last = groups.findLastIndex(group => group.some(other => other.channel === row.channel));
  return (last < 0 ? null : meant.find(group => groups.indexOf(group) > last)) ?? meant.at(-1) ?? latest;
}

/** Groups, the newest first: a head and what followed from it, in order. */
function grouped(entries) {
  const groups = [], ofNotification = new Map();
  let latest = null, lastDelivery = null;
  for (const entry of entries) {
    const row = rowOf(entry);
    if (row.kind === 'delivery') {
      let group = latest?.[0].sign === 'clock' ? latest : ofNotification.get(row.notification) ?? causeOf(row, groups, latest);
      if (!group) { group = [row]; groups.push(group); } else append(group, row);
      ofNotification.set(row.notification, group);
      lastDelivery = {group, at: Date.parse(row.time)};
    } else if (row.kind === 'request' && !row.isWrite && lastDelivery && Date.parse(row.time) - lastDelivery.at < FOLLOWS_MS && Date.parse(row.time) >= lastDelivery.at) {
      append(lastDelivery.group, row);
    } else {
      const group = [row];
      groups.push(group);
      if (row.kind === 'act' || row.isWrite) latest = group;
      if (row.kind === 'act') lastDelivery = null;
    }
  }
  return groups.reverse();
}

/** Attempts of one notification that end the same way, one after the other, are one row. */
function append(group, row) {
  const before = group.at(-1);
  if (row.kind === 'delivery' && before.kind === 'delivery' && before.notification === row.notification && before.status === row.status && before.failure === row.failure) {
    Object.assign(before, {last: row.last, time: row.time, note: row.note, ms: row.ms, number: row.number});
  } else group.push(row);
}

const attempts = row => (row.kind !== 'delivery' || row.last === 1 && isGood(row.status) ? '' : row.last > row.first ? `, attempts ${row.first} to ${row.last}` : `, attempt ${row.first}`);

const line = (row, isChild) => h('li', {cls: `row${isChild ? ' child' : ''}${state.fresh.has(row.number) ? ' fresh' : ''}`},
  h('time', {cls: 'num'}, clock(row.time)), h('span', {cls: row.color}, icon(row.sign)), h('span', {cls: 'what', title: row.title}, row.text, attempts(row)),
  h('span', {cls: `num${row.isBad || row.kind === 'delivery' && !isGood(row.status) ? ' bad' : ''}`}, row.status ?? (row.kind === 'delivery' ? '–' : ''), row.ms === undefined ? null : h('span', {cls: 'quiet'}, ` ${row.ms < 1 ? '<1' : Math.round(row.ms)} ms`), row.extra),
  row.note && h('span', {cls: 'note'}, row.note));

export function paintLog() {
  if (!state.loaded) return;
  const log = $('log'), before = log.scrollHeight, top = log.scrollTop;
  const rows = (state.shown === 'all' ? grouped(state.entries).map(group => h('li', {}, h('ul', {cls: 'group'}, group.map((row, index) => line(row, index > 0)))))
    : state.entries.filter(entry => entry[state.shown]).reverse().map(entry => line(rowOf(entry), false))).slice(0, MOST_ROWS);
  const choose = kind => { state.shown = kind; log.scrollTop = 0; changed(); };
  fill($('log-head'), h('h2', {}, 'What happened'), h('span', {cls: 'grow'}), segment('Show', KINDS, state.shown, choose));
  fill($('log-rows'), rows.length ? rows : h('li', {cls: 'quiet none'}, state.shown === 'all' ? 'Nothing yet. Drag an event, or let your application call the API.' : 'Nothing of this kind yet.'));
  // Who reads further down keeps what they read.
  if (top > 0) log.scrollTop = top + log.scrollHeight - before;
  if (state.fresh.size) setTimeout(() => state.fresh.clear(), 1500);
}
