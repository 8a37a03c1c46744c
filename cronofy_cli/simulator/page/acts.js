// What the user does: edits of the owner or of an application, the clock, faults, channels. Each says what was done.
import {plain} from './shared/dom.js';
import {say} from './shared/dialog.js';
import {instantOf, spanText, DAY, dayName, dateText} from './shared/week.js';
import {leaveTo, nextTo} from './choosing.js';
import {account, api, calendarOf, changed, control, isLocked, now, profileOf, refresh, state, zone} from './state.js';

export const titleOf = event => event.title || '(no title)';
export const whenOf = event => {
  if (!event.allDay) return spanText(event.start, event.end);
  const last = event.end - DAY;
  return last > event.start ? `${dateText(event.start)} to ${dateText(last)}` : `${dayName(event.start)} ${dateText(event.start)}`;
};

/** With the date, for where no week stands beside it. */
const datedOf = event => (event.allDay ? whenOf(event) : `${whenOf(event)}, ${dateText(event.start)}`);

/** Does something; says what was done, or why it was not. Returns whether it was. */
export async function attempt(act, done) {
  if (!state.connected) { say('The simulator does not answer: nothing was changed'); return false; }
  try {
    const result = await act();
    if (done) say(typeof done === 'function' ? done(result) : done);
    return true;
  } catch (error) {
    say(`Not done: ${error.message}`);
    refresh();
    return false;
  }
}

const asOwner = () => state.who === 'owner';
const edge = (wall, allDay) => (allDay ? new Date(wall).toISOString().slice(0, 10) : new Date(instantOf(wall, zone())).toISOString().replace('.000', ''));
const outcome = event => {
  if (!asOwner()) return 'As the application: it is not notified of its own changes.';
  if (!profileOf(calendarOf(event.calendar))?.connected) return 'Not noticed: the profile is disconnected.';
  return '';
};

function written(event) {
  return {
    ...(event.uid && !event.id ? {event_uid: event.uid} : {event_id: event.id ?? `page-${Date.now().toString(36)}`}),
    summary: event.title, description: event.description ?? '', start: edge(event.start, event.allDay), end: edge(event.end, event.allDay), tzid: zone(),
    ...(event.location ? {location: {description: event.location}} : {}),
  };
}
const calendarPath = event => `/calendars/${encodeURIComponent(event.calendar)}/events`;

/** Saves an event of the page; `changes` are the fields of the control API that differ. Raises what the server says. */
export async function saveEvent(event, changes) {
  if (asOwner()) return control('PATCH', `/events/${encodeURIComponent(event.uid)}`, changes);
  return api('POST', calendarPath(event), written(event));
}

export async function addEvent(event) {
  if (!asOwner()) return api('POST', calendarPath(event), written(event));
  const {title: summary, description, location} = event;
  return control('POST', '/events', {account: account().sub, calendar: event.calendar, summary, description, ...(location ? {location} : {}), start: edge(event.start, event.allDay), end: edge(event.end, event.allDay), tzid: zone()});
}

export const timesOf = event => ({start: edge(event.start, event.allDay), end: edge(event.end, event.allDay)});

/** Moves an event to another span; until the server has said so it is drawn there already. */
export async function moveEvent(event, start, end) {
  const before = {start: event.start, end: event.end};
  Object.assign(event, {start, end});
  changed();
  const done = await attempt(() => saveEvent(event, timesOf(event)), () => `Moved “${plain(titleOf(event))}” to ${datedOf(event)}. ${outcome(event)}`);
  if (!done) { Object.assign(event, before); changed(); }
}

export async function deleteEvent(event) {
  if (isLocked(event)) return say(`“${plain(calendarOf(event.calendar).name)}” is read-only`);
  const remove = () => (asOwner() ? control('DELETE', `/events/${encodeURIComponent(event.uid)}`) : api('DELETE', calendarPath(event), event.id ? {event_id: event.id} : {event_uid: event.uid}));
  const onwards = nextTo(event.uid);
  const done = await attempt(remove, () => `Deleted “${plain(titleOf(event))}”. ${outcome(event) || 'The log can bring it back.'}`);
  if (done) leaveTo(onwards, event.uid);
  return done;
}

export const undelete = (uid, title) => attempt(() => control('POST', `/events/${encodeURIComponent(uid)}/undelete`, {}), `“${plain(title)}” is back`);

export const said = (event, verb) => `${verb} “${plain(titleOf(event))}”. ${outcome(event)}`;

export const advance = (seconds, words) => attempt(() => control('POST', '/clock', {advance_s: seconds}), `Clock: ${words}`);
export const setClock = body => control('POST', '/clock', body);
export const stopClock = stopped => attempt(() => setClock({stopped}), stopped ? 'Time stands still until you step it' : 'The clock runs');
export const advanceTo = due => (due === null ? say('No notification is waiting') : advance(Math.max(0, Math.ceil((due - now()) / 1000)), 'on to the next try'));

export const setConnected = (profile, connected) => attempt(() => control('POST', `/profiles/${encodeURIComponent(profile.profile_id)}/${connected ? 'reconnect' : 'disconnect'}`, {}), `${plain(profile.profile_name)} is ${connected ? 'connected' : 'disconnected'}`);
export const clearFault = fault => attempt(() => control('DELETE', `/faults/${fault.number}`), 'Cleared');
export const setDelay = delay_s => control('POST', '/provider', {delay_s});
export const closeChannel = channel => attempt(() => api('DELETE', `/channels/${encodeURIComponent(channel.channel_id)}`, undefined, channel.application), 'The channel is closed');
