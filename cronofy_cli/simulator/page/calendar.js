// The week in the middle: events as buttons that are chosen, opened and moved.
import {$, fill, h, icon, plain, segment} from './shared/dom.js';
import {say} from './shared/dialog.js';
import {clockTime, drawWeek, intoLanes, piecesOf, placeOf, rangeText} from './shared/week.js';
import {titleOf, whenOf} from './acts.js';
import {applications, calendarOf, changed, isLocked, nowWall, profileOf, shownDays, state, styleOf, zone} from './state.js';
import {openEvent} from './forms.js';
import {byUid, choosing, focusEvent, turn, visible} from './choosing.js';
import {startDrag} from './moving.js';

const SHORT_HOURS = 0.6;
export const setWho = who => {
  state.who = who;
  changed();
  say(who === 'owner' ? 'Edits are the owner’s: channels are notified' : `Edits are the application’s (${plain(who)}): it is not notified of its own changes, as with Cronofy`);
};

export function paintTools() {
  const days = shownDays(), first = state.firstDay ?? 0, names = applications();
  const who = [['owner', 'Owner', 'As the calendar’s owner: notified'], ...names.map(name => [name, names.length === 1 ? 'Application' : name, 'Through the API: an application is not notified of its own changes'])];
  fill($('tools'),
    h('div', {cls: 'seg', role: 'group', 'aria-label': 'Weeks'},
      h('button', {type: 'button', 'data-key': 'earlier', 'aria-label': 'Earlier', title: 'Earlier ([)', on: {click: () => turn(-1)}}, '‹'),
      h('button', {type: 'button', 'data-key': 'today', title: 'Today (t)', on: {click: () => turn(0)}}, 'Today'),
      h('button', {type: 'button', 'data-key': 'later', 'aria-label': 'Later', title: 'Later (])', on: {click: () => turn(1)}}, '›')),
    h('h2', {}, state.firstDay === null ? '' : rangeText(first, days)), h('span', {cls: 'grow'}),
    h('span', {cls: 'quiet opt'}, 'Edit as'), segment('Edit as', who, state.who, setWho),
    h('button', {type: 'button', cls: 'btn', id: 'new', 'data-key': 'new', on: {click: () => openEvent(null)}}, 'New event ', h('kbd', {}, 'n')));
}

export function paintWeek() {
  if (state.firstDay === null) return;
  const days = shownDays(), events = visible(), columns = [...Array(days)].map(() => []), allDay = [...Array(days)].map(() => []);
  if (!events.some(event => event.uid === choosing.uid)) choosing.uid = null;
  const shown = [];
  for (const event of [...events].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const pieces = piecesOf(event.start, event.end, state.firstDay, days);
    if (pieces.length) shown.push(event);
    for (const piece of pieces) (event.allDay ? allDay : columns)[piece.day].push({...piece, event, isFirst: piece === pieces[0], isLast: piece === pieces.at(-1)});
  }
  choosing.uid ??= shown.find(event => event.start >= nowWall())?.uid ?? shown[0]?.uid ?? null;
  const scroll = $('week').querySelector('.week-scroll'), top = scroll?.scrollTop;
  const corner = h('span', {cls: 'zone', title: `The account’s time zone: ${zone()}`}, zone().split('/').at(-1).replaceAll('_', ' '));
  fill($('week'), drawWeek({
    firstDay: state.firstDay, days, now: nowWall(), corner,
    columns: columns.map(pieces => intoLanes(pieces).map(block)),
    allDay: allDay.map(pieces => pieces.map(chip)),
  }));
  const now = $('week').querySelector('.week-scroll');
  if (choosing.isScrolled) now.scrollTop = top;
  else if (state.loaded) { now.scrollTop = now.querySelector('.week-grid').clientHeight / 24 * choosing.hour; choosing.isScrolled = true; }
  const {wished} = choosing;
  choosing.wished = null;
  if (wished) focusEvent(wished);
}

function common(event, cls, isFirst) {
  const calendar = calendarOf(event.calendar), locked = isLocked(event), off = !profileOf(calendar)?.connected;
  const words = [event.id && 'managed by the application', event.recurring && 'recurring', locked && 'read-only', off && 'its profile is disconnected'].filter(Boolean);
  return {
    type: 'button', cls: `${cls} ev ${styleOf(event.calendar)}${locked ? ' locked' : ''}${state.grabbed?.event === event ? ' moving' : ''}`,
    'data-uid': event.uid, 'data-key': isFirst ? event.uid : null, tabindex: isFirst && event.uid === choosing.uid ? 0 : -1,
    title: `${titleOf(event)}\n${whenOf(event)}\n${calendar.name}${words.length ? `: ${words.join(', ')}` : ''}`,
    'aria-label': [titleOf(event), whenOf(event), calendar.name, ...words].join(', '),
    on: {
      focus: () => choose(event.uid),
      pointerdown: pointer => { if (!event.allDay) startDrag(pointer, current(event)); },
      click: click => { if (click.detail === 0 || click.pointerType === 'touch' || event.allDay) openEvent(current(event)); },
      dblclick: () => openEvent(current(event)),
    },
  };
}

/** The same event as it was read last: an element stays while it looks the same. */
const current = event => state.events.find(one => one.uid === event.uid) ?? event;

function choose(uid) {
  choosing.uid = uid;
  for (const other of document.querySelectorAll('.ev[tabindex="0"]')) other.tabIndex = -1;
  byUid(uid).tabIndex = 0;
}

function block({event, isFirst, isLast, ...piece}) {
  const length = piece.to - piece.from, calendar = calendarOf(event.calendar);
  return h('button', {...common(event, `week-block${length < SHORT_HOURS ? ' short' : length < 1 ? ' low' : ''}`, isFirst), vars: placeOf(piece, 0, 24)},
    h('b', {}, titleOf(event)),
    length >= SHORT_HOURS && h('small', {}, `${clockTime(event.start)}–${clockTime(event.end)}`),
    length >= 0.9 && event.id && h('small', {}, 'managed'),
    calendar.readonly && icon('lock'),
    isLast && !calendar.readonly && h('span', {cls: 'grip'}));
}

const chip = ({event, isFirst}) => h('button', common(event, 'chip', isFirst), h('b', {cls: 'cut'}, titleOf(event)), isLocked(event) && icon('lock'));
