// What changed: a card for each event, and the week with before and after.
import {h, plain, segment} from './shared/dom.js';
import {DAY, dateText, dayName, drawWeek, intoLanes, mondayOf, piecesOf, placeOf, rangeText, spanText, wallTime} from './shared/week.js';
import {KINDS, sign} from './words.js';

export const SHOWS = ['before', 'both', 'after'];
const DAYS = 7;

export function changesOf(detail, show, onShow) {
  const {read, row} = detail;
  if (!read) {
    return [null, h('p', {cls: 'quiet'}, whyNotRead(row))];
  }
  if (read.changes === null) return [null, h('p', {cls: 'quiet'}, `${read.events} event${read.events === 1 ? ' was' : 's were'} read, by a version that did not compare them yet.`)];
  if (!read.changes.length) return [null, h('p', {cls: 'quiet'}, `Cronofy returned ${read.events} event${read.events === 1 ? '' : 's'}, and nothing that a person would notice differs from the last seen state. Often this is an edit that was reported before.`)];
  const week = weekOf(detail), cards = h('div', {cls: 'cards'}, read.changes.map((change, place) => cardOf(change, place, week)));
  const side = week && segment('Week', [['before', 'Before', 'Before (b)'], ['both', 'Both', 'Before and after (b)'], ['after', 'After', 'After (b)']], show, onShow);
  if (week) week.dataset.show = show;
  return [side, h('div', {cls: 'diff'}, cards, week && h('figure', {cls: 'box'}, week, h('figcaption', {cls: 'key'},
    h('span', {}, h('i', {cls: 'b'}), 'before'), h('span', {}, h('i', {cls: 'a'}), 'after'), h('span', {}, '+ added  → moved  ~ changed  − removed'),
    week.querySelector('.ev.seen') && h('span', {}, h('i', {cls: 's'}), 'others, as last seen'))))];
}

function whyNotRead(row) {
  if (!row.is_json) return 'It is not JSON, so it is no notification, and says nothing about events.';
  if (row.type === null) return 'It is no notification of Cronofy’s, and says nothing about events.';
  if (row.type !== 'change') return 'This type says nothing about events; they are read for ‘change’ only.';
  if (row.imported) return 'It came from a file: events are read for what is received here.';
  if (row.signature !== 'valid') return 'Not read: only a verified ‘change’ makes this tool ask Cronofy.';
  return 'No events were read for it: listen had ended, could not read them, or ran with --no-read-events.';
}

function cardOf(change, place, week) {
  const [, color, word] = KINDS[change.kind];
  const focus = on => {
    week?.classList.toggle('dim', on);
    for (const block of week?.querySelectorAll('.ev') ?? []) block.classList.toggle('on', on && block.dataset.change === String(place));
  };
  return h('article', {cls: `box card ${color}`, tabindex: 0, 'data-key': `card ${place}`, 'aria-label': `${word}: ${plain(change.title)}`, on: {focus: () => focus(true), blur: () => focus(false), mouseenter: () => focus(true), mouseleave: () => focus(false)}},
    h('h4', {}, sign(change.kind), h('span', {cls: 't'}, change.title), h('span', {cls: color}, word), change.calendar && h('span', {cls: 'quiet calendar cut'}, change.calendar)),
    h('table', {cls: 'fields'}, h('tbody', {}, change.fields.map(field => h('tr', {}, h('th', {scope: 'row'}, field.label), h('td', {},
      field.before !== null && h('del', {}, field.before), field.before !== null && field.after !== null && h('span', {cls: 'to', 'aria-hidden': 'true'}, ' → '), field.after !== null && h('ins', {}, field.after)))),
    change.note && h('tr', {}, h('th', {scope: 'row'}, 'series'), h('td', {}, change.note)))));
}

/** A span in wall times of the zone; null for one that is no time. */
function wallOf(span, zone) {
  const moment = text => span.is_all_day ? Date.parse(`${text}T00:00:00Z`) : wallTime(new Date(text), zone);
  const start = moment(span.start), end = moment(span.end);
  return Number.isNaN(start) || Number.isNaN(end) ? null : {start, end: Math.max(start, end), allDay: span.is_all_day};
}

function weekOf({read, zone}) {
  const spans = read.changes.flatMap((change, place) => [['before', change.before], ['after', change.after]].flatMap(([side, all]) => all.map(span => ({wall: wallOf(span, zone), side, place, kind: change.kind, title: change.title}))));
  const known = spans.filter(span => span.wall);
  if (!known.length) return null;
  const focus = known.find(span => span.side === 'after') ?? known[0], firstDay = mondayOf(focus.wall.start), end = firstDay + DAYS * DAY;
  const others = read.others.map(other => ({wall: wallOf(other.span, zone), side: other.is_last_seen ? 'seen' : '', title: other.title})).filter(other => other.wall);
  const shown = [...known, ...others].filter(span => span.wall.start < end && span.wall.end > firstDay);
  const all = shown.filter(span => !span.wall.allDay).flatMap(span => piecesOf(span.wall.start, span.wall.end, firstDay, DAYS).map(piece => ({...piece, span})));
  // The hours are cropped to what was read: a quarter of an hour stays legible. What else is known gives way.
  const told = all.filter(piece => piece.span.side !== 'seen'), fromHour = Math.max(0, Math.floor(Math.min(9, ...told.map(piece => piece.from)) - 0.25)), toHour = Math.min(24, Math.ceil(Math.max(fromHour + 6, ...told.map(piece => piece.to)) + 0.25));
  const pieces = all.map(piece => ({...piece, from: Math.max(piece.from, fromHour), to: Math.min(piece.to, toHour)})).filter(piece => piece.from < piece.to || piece.span.side !== 'seen');
  const hours = toHour - fromHour, columns = Array.from({length: DAYS}, (_, day) => intoLanes(pieces.filter(piece => piece.day === day)).map(piece => blockOf(piece, fromHour, hours)));
  const allDay = Array.from({length: DAYS}, (_, day) => shown.filter(span => span.wall.allDay && span.wall.start < firstDay + (day + 1) * DAY && Math.max(span.wall.end, span.wall.start + 1) > firstDay + day * DAY).map(span => evOf(span, {})));
  const label = `${rangeText(firstDay, DAYS)}: ${read.changes.map((change, place) => sentenceOf(change, known.filter(span => span.place === place))).join('; ')}`;
  return drawWeek({firstDay, days: DAYS, fromHour, hours, now: wallTime(new Date(), zone), columns, allDay, role: 'img', label: plain(label)});
}

const sentenceOf = (change, spans) => `${change.title} ${KINDS[change.kind][2]}${['before', 'after'].map(side => {
  const span = spans.find(each => each.side === side);
  return span ? ` ${side === 'before' ? 'from' : 'to'} ${span.wall.allDay ? `${dayName(span.wall.start)} ${dateText(span.wall.start)}` : spanText(span.wall.start, span.wall.end)}` : '';
}).join('')}`;

const blockOf = (piece, fromHour, hours) => evOf(piece.span, placeOf(piece, fromHour, hours), 'week-block');

function evOf(span, vars, more = '') {
  const cls = `ev ${more} ${span.side} ${span.kind ? `k-${span.kind}` : 'other'}`;
  const when = span.wall.allDay ? 'all day' : spanText(span.wall.start, span.wall.end);
  return h('div', {cls, vars, title: `${span.title} ${when}${span.side === 'seen' ? ', as last seen' : ''}`, 'data-change': span.place}, h('span', {}, span.kind ? `${KINDS[span.kind][0]} ` : '', span.title));
}
