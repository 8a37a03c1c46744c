// The dialogs: an event, the clock, a fault, a push, a channel, credentials, worlds, reset.
import {$, h, plain} from './shared/dom.js';
import {ask, choice, field, say} from './shared/dialog.js';
import {clockTime, DAY, dayOf, HOUR, instantOf} from './shared/week.js';
import {addEvent, deleteEvent, said, saveEvent, setClock, setDelay, timesOf, titleOf, whenOf} from './acts.js';
import {focusEvent, reveal} from './choosing.js';
import {account, api, applications, calendarOf, control, isLocked, nowWall, refresh, state, zone} from './state.js';

const dateOf = wall => new Date(wall).toISOString().slice(0, 10);
const wallOf = (date, time = '00:00') => Date.parse(`${date}T${time}Z`);
const text = (id, value, more = {}) => h('input', {type: 'text', id, value, autocomplete: 'off', ...more});
const facts = pairs => h('dl', {cls: 'facts'}, pairs.filter(([, value]) => value).map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));

/** A dialog for an event; null is a new one. What cannot be edited is shown. */
export function openEvent(event) {
  if (event && isLocked(event)) {
    return ask(titleOf(event), [facts([['When', whenOf(event)], ['Calendar', `${calendarOf(event.calendar).name}, read-only`], ['Location', event.location], ['Description', event.description]]),
      h('p', {cls: 'quiet'}, 'Neither its owner nor an application can change what is in a read-only calendar.')]);
  }
  const writable = account().calendars.filter(one => !one.readonly);
  if (!writable.length) return say('This account has no calendar to write to');
  const start = Math.max(state.firstDay + 9 * HOUR, Math.ceil(nowWall() / HOUR) * HOUR);
  const from = event ?? {title: '', calendar: (writable.find(one => one.primary) ?? writable[0]).calendar_id, start, end: start + HOUR, allDay: false, location: '', description: ''};
  const inputs = eventInputs(from, event, writable);
  const read = () => {
    const allDay = $('event-all-day').checked, time = name => (allDay ? '00:00' : $(`event-${name}-time`).value);
    const wanted = {...from, title: $('event-title').value.trim(), calendar: $('event-calendar')?.value ?? from.calendar, allDay, location: $('event-location').value, description: $('event-description').value,
      start: wallOf($('event-start-date').value, time('start')), end: wallOf($('event-end-date').value, time('end')) + (allDay ? DAY : 0)};
    if (Number.isNaN(wanted.start) || Number.isNaN(wanted.end)) throw new Error('From and to need a date and a time');
    if (wanted.end <= wanted.start) throw new Error('It must end after it begins');
    return wanted;
  };
  const act = async () => {
    const wanted = read();
    const made = event ? await saveEvent(wanted, differences(event, wanted)) : await addEvent(wanted);
    return [wanted, made?.event?.event_uid ?? event?.uid];
  };
  const after = async ([wanted, uid]) => {
    say(said(wanted, event ? 'Changed' : 'Added'));
    reveal(wanted.start);
    await refresh();
    if (uid) focusEvent(uid);
  };
  return ask(event ? 'Edit event' : 'New event', inputs, {yes: event ? 'Save' : 'Add', act, after,
    extra: event && h('button', {type: 'button', cls: 'btn', on: {click: () => { $('dialog').close(); deleteEvent(event); }}}, 'Delete')});
}

function eventInputs(from, event, writable) {
  const who = state.who === 'owner' ? 'As the calendar’s owner: every channel whose filters let it through is notified.' : `As the application ${plain(state.who)}, through the API: it is not notified of its own changes.`;
  const times = h('div', {cls: 'times'});
  const typed = {};   // stays when the inputs are made again
  const paint = allDay => {
    for (const input of times.querySelectorAll('input')) typed[input.id] = input.value;
    times.replaceChildren(
      ...['start', 'end'].map(name => field(name === 'start' ? 'From' : 'To', h('span', {cls: 'when'},
        h('input', {type: 'date', id: `event-${name}-date`, 'aria-label': name === 'start' ? 'From, date' : 'To, date', value: typed[`event-${name}-date`] || dateOf(allDay && name === 'end' && from.allDay ? from.end - DAY : from[name])}),
        !allDay && h('input', {type: 'time', id: `event-${name}-time`, 'aria-label': name === 'start' ? 'From, time' : 'To, time', value: typed[`event-${name}-time`] || clockTime(from.allDay ? dayOf(from.start) + (name === 'start' ? 9 : 10) * HOUR : from[name])})))));
  };
  paint(from.allDay);
  return [
    field('Title', text('event-title', from.title, {autofocus: true})),
    event ? field('Calendar', h('span', {}, calendarOf(from.calendar).name)) : field('Calendar', choice('event-calendar', writable.map(one => [one.calendar_id, one.name]), from.calendar)),
    field('All day', h('input', {type: 'checkbox', id: 'event-all-day', checked: from.allDay, on: {change: change => paint(change.target.checked)}})),
    times,
    field('Location', text('event-location', from.location)),
    field('Description', h('textarea', {id: 'event-description', rows: 2, value: from.description})),
    h('p', {cls: 'quiet'}, `Times are in ${zone()}. ${who}`),
  ];
}

function differences(before, wanted) {
  const changes = {};
  if (wanted.title !== before.title) changes.summary = wanted.title;
  if (wanted.location !== before.location) changes.location = wanted.location;
  if (wanted.description !== before.description) changes.description = wanted.description;
  if (wanted.start !== before.start || wanted.end !== before.end || wanted.allDay !== before.allDay) Object.assign(changes, timesOf(wanted));
  if (!Object.keys(changes).length) throw new Error('Nothing is different');
  return changes;
}

export function openClock() {
  const now = nowWall();
  ask('Set the clock', [
    field('Date', h('input', {type: 'date', id: 'clock-date', value: dateOf(now), autofocus: true})),
    field('Time', h('input', {type: 'time', id: 'clock-time', step: 1, value: new Date(now).toISOString().slice(11, 19)})),
    h('p', {cls: 'quiet'}, `In ${zone()}. What becomes due on the way is sent late, not at its own time: to let hours pass one attempt after the other, step the clock.`)],
  {yes: 'Set', act: async () => {
    const wall = wallOf($('clock-date').value, $('clock-time').value);
    if (Number.isNaN(wall)) throw new Error('A date and a time are needed');
    await setClock({set_to: new Date(instantOf(wall, zone())).toISOString()});
    say('The clock is set');
  }});
}

const FAILURES = [['429', '429, too many calls'], ['401', '401, token not valid'], ['403', '403, not allowed'], ['404', '404, not found'], ['423', '423, locked'], ['500', '500, server error'], ['503', '503, not available'], ['late', 'answered 10 s late'], ['drop', 'no answer: the connection ends'], ['slow', 'provider is slow: changes are noticed 30 s later']];
const CALLS = [['', '/', 'every call'], ['GET', '/v1/events', 'GET /v1/events'], ['GET', '/v1/calendars', 'GET /v1/calendars'], ['POST', '/v1/channels', 'POST /v1/channels'], ['POST', '/v1/calendars', 'POST /v1/calendars/…'], ['POST', '/oauth/token', 'POST /oauth/token']];

export function openFault() {
  ask('Add a fault', [
    field('What', choice('fault-what', FAILURES, '429')),
    field('Calls', choice('fault-calls', CALLS.map(([, , words], index) => [String(index), words]), '1')),
    field('How often', choice('fault-times', [['1', 'the next call'], ['2', 'the next 2 calls'], ['5', 'the next 5 calls'], ['1000000', 'until cleared']], '1'))],
  {yes: 'Add', act: async () => {
    const what = $('fault-what').value, [method, path_prefix] = CALLS[Number($('fault-calls').value)], kind = {late: {delay_s: 10}, drop: {drop: true}}[what] ?? {status: Number(what)};
    if (what === 'slow') await setDelay(30);
    else await control('POST', '/faults', {path_prefix, ...(method ? {method} : {}), ...kind, times: Number($('fault-times').value)});
    say('The fault waits for its calls');
  }});
}

const TYPES = ['change', 'verification', 'profile_connected', 'profile_disconnected', 'profile_initial_sync_completed', 'conferencing_profile_connected', 'gdpr_requested'];

export function openPush(channel) {
  if (!state.channels.length) return say('No channel is open');
  return ask('Push a notification', [
    field('Type', h('input', {type: 'text', id: 'push-type', value: 'change', list: 'push-types', autofocus: true}), h('datalist', {id: 'push-types'}, TYPES.map(type => h('option', {value: type})))),
    field('To', choice('push-channel', [['', 'every open channel'], ...state.channels.map(one => [one.channel_id, one.callback_url])], channel?.channel_id ?? '')),
    h('p', {cls: 'quiet'}, 'As the dashboard’s button does it: signed, and tried again when it fails. Any type is sent.')],
  {yes: 'Push', act: async () => {
    const channel_id = $('push-channel').value, sent = await control('POST', '/push', {type: $('push-type').value.trim(), ...(channel_id ? {channel_id} : {})});
    say(`Pushed to ${sent.channel_ids.length} channel${sent.channel_ids.length === 1 ? '' : 's'}`);
  }});
}

export function openChannel() {
  const names = applications();
  if (!names.length) return say('No application has a token for this account');
  return ask('Open a channel', [
    field('Callback URL', text('channel-url', 'http://localhost:3000/', {autofocus: true, spellcheck: 'false'})),
    field('Only', choice('channel-calendar', [['', 'all calendars'], ...account().calendars.map(one => [one.calendar_id, one.name])], '')),
    names.length > 1 && field('Application', choice('channel-application', names, names[0])),
    h('p', {cls: 'quiet'}, 'As an application does it: POST /v1/channels. A verification is sent to it at once.')],
  {yes: 'Open', act: async () => {
    const id = $('channel-calendar').value;
    await api('POST', '/channels', {callback_url: $('channel-url').value.trim(), ...(id ? {filters: {calendar_ids: [id]}} : {})}, $('channel-application')?.value ?? names[0]);
    say('The channel is open');
  }});
}

const copied = (label, value) => h('button', {type: 'button', cls: 'btn small', 'aria-label': `Copy ${label}`, on: {click: () => navigator.clipboard?.writeText(value).then(() => say(`Copied: ${label}`), () => say('The browser does not let this page copy'))}}, 'Copy');

export function openCredentials() {
  const {status, credentials} = state, own = credentials.accounts.find(one => one.sub === state.sub);
  const rows = [['Base URL', status.api_url], ...credentials.applications.flatMap(one => [[credentials.applications.length > 1 ? `Client id, ${one.name}` : 'Client id', one.client_id], ['Client secret', one.client_secrets.join(',')], ['Access token', own?.access_tokens[one.name]]]), ['Account (sub)', state.sub]];
  ask('Credentials of this world', [h('dl', {cls: 'credentials'}, rows.filter(([, value]) => value).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, h('code', {}, value), copied(name.toLowerCase(), value))))),
    h('p', {cls: 'quiet'}, 'Set the base URL as the address of Cronofy’s API in your application. They open this simulator and nothing else.')]);
}

export function openReset() {
  ask('Reset this world?', [h('p', {}, 'It goes back to what it was when it was loaded: accounts, calendars and events, tokens, channels, faults, and the time of this machine. The log is emptied, and what waits is not sent.')],
    {yes: 'Reset', act: async () => { await control('POST', '/reset', {}); say('The world is as it was loaded'); }});
}

export function openWorlds() {
  const base = new URL('.', location.href).pathname.replace(/w\/[^/]+\/$/, '');
  ask('Worlds of this simulator', [
    h('ul', {cls: 'worlds'}, state.worlds.map(one => h('li', {}, h('a', {href: one.world === 'first' ? base : `${base}w/${encodeURIComponent(one.world)}/`, 'aria-current': one.world === state.status.world ? 'page' : null}, one.world === 'first' ? 'The first world' : one.world)))),
    h('p', {cls: 'quiet'}, 'Each has its own accounts, credentials, clock and log, so that tests which run at the same time do not see each other.')],
  {yes: 'New world', act: async () => {
    const made = await control('POST', '/worlds', {});
    location.assign(`${base}w/${encodeURIComponent(made.world)}/`);
  }});
}
