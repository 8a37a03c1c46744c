// Which days are shown and which event is chosen.
import {$} from './shared/dom.js';
import {DAY, dayOf, HOUR} from './shared/week.js';
import {calendarOf, changed, firstDayFor, nowWall, refresh, shownDays, state} from './state.js';

/** `uid` is the event that Tab leads to; `wished` is focused once it is drawn; `hour` is at the top until `isScrolled`. */
export const choosing = {uid: null, wished: null, hour: 7.75, isScrolled: false};

/** The events of the calendars that are shown. */
export const visible = () => state.events.filter(event => !state.hidden.has(event.calendar) && calendarOf(event.calendar));

/** Shows other days: so many weeks, or screens of days, further; 0 is today. */
export function turn(step) {
  if (step === 0) Object.assign(choosing, {isScrolled: false, hour: Math.max(0, (nowWall() - dayOf(nowWall())) / HOUR - 2)});
  state.firstDay = step === 0 ? firstDayFor(nowWall()) : state.firstDay + step * shownDays() * DAY;
  changed();
  return refresh();
}

/** Turns so that a day is seen. */
export function reveal(wall) {
  if (wall >= state.firstDay && wall < state.firstDay + shownDays() * DAY) return;
  state.firstDay = firstDayFor(wall);
  refresh();
}

/** The first block of an event. */
export const byUid = uid => $('week').querySelector(`[data-key="${CSS.escape(uid)}"]`);
/** Focuses an event, now or when it is drawn. */
export function focusEvent(uid) {
  const element = byUid(uid);
  if (!element) { choosing.wished = uid; return; }
  element.focus({preventScroll: true});
  element.scrollIntoView({block: 'nearest', inline: 'nearest'});
}
export const focusedEvent = () => state.events.find(event => event.uid === document.activeElement?.dataset?.uid);

/** The events in sight, in the order of the keys. */
function inOrder() {
  const end = state.firstDay + shownDays() * DAY;
  return visible().filter(event => event.end > state.firstDay && event.start < end).sort((a, b) => dayOf(a.start) - dayOf(b.start) || b.allDay - a.allDay || a.start - b.start || a.end - b.end);
}

/** The event that is chosen when this one goes: the next, else the one before; null without another. */
export function nextTo(uid) {
  const all = inOrder(), index = all.findIndex(event => event.uid === uid);
  return (all[index + 1] ?? all[index - 1])?.uid ?? null;
}

/** Leads the keyboard from an event that goes to another one, unless it has gone elsewhere. */
export function leaveTo(uid, from) {
  if (![document.body, byUid(from)].includes(document.activeElement)) return;
  if (uid) focusEvent(uid);
  else { $('week').tabIndex = -1; $('week').focus({preventScroll: true}); }
}

/** From event to event in the direction of an arrow. */
export function neighbour(key) {
  const all = inOrder(), from = focusedEvent();
  if (!from) { if (all.length) focusEvent(choosing.uid ?? all[0].uid); return; }
  const index = all.indexOf(from), side = key === 'ArrowLeft' ? -1 : 1, time = event => event.start - dayOf(event.start);
  const to = key === 'ArrowUp' ? all[index - 1] : key === 'ArrowDown' ? all[index + 1]
    : all.filter(event => (dayOf(event.start) - dayOf(from.start)) * side > 0)
      .sort((a, b) => (dayOf(a.start) - dayOf(b.start)) * side || Math.abs(time(a) - time(from)) - Math.abs(time(b) - time(from)))[0];
  if (to) focusEvent(to.uid);
}
