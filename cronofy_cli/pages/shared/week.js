// A week, drawn as columns of hours. All times in here are wall times: milliseconds as if the zone's clock were UTC's.
import {h} from './dom.js';

export const MINUTE = 60000, HOUR = 3600000, DAY = 86400000;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const formats = new Map();
function formatOf(zone) {
  if (!formats.has(zone)) formats.set(zone, new Intl.DateTimeFormat('en-GB', {timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23'}));
  return formats.get(zone);
}

/** The wall time of an instant in a zone. */
export function wallTime(instant, zone) {
  const part = Object.fromEntries(formatOf(zone).formatToParts(instant).map(({type, value}) => [type, +value]));
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
}

/** The instant of a wall time in a zone; in the hour that is skipped, one hour later. */
export function instantOf(wall, zone) {
  const ahead = instant => wallTime(instant, zone) - Math.floor(instant / 1000) * 1000;
  const first = ahead(wall), second = ahead(wall - first);
  return first === second || ahead(wall - second) === second ? wall - second : wall - Math.min(first, second);
}

export const dayOf = wall => Math.floor(wall / DAY) * DAY;
/** The Monday of its week. */
export const mondayOf = wall => { const day = dayOf(wall); return day - (new Date(day).getUTCDay() + 6) % 7 * DAY; };
const two = number => String(number).padStart(2, '0');
export const clockTime = wall => new Date(wall).toISOString().slice(11, 16);
export const dayName = wall => DAYS[new Date(wall).getUTCDay()];
export const dayNumber = wall => new Date(wall).getUTCDate();
/** Such as 23 Nov 2026. */
export const dateText = wall => { const date = new Date(wall); return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`; };
/** Such as 23 to 29 Nov 2026. */
export function rangeText(first, days) {
  const last = first + (days - 1) * DAY, a = new Date(first), b = new Date(last);
  if (days === 1) return dateText(first);
  if (a.getUTCFullYear() !== b.getUTCFullYear()) return `${dateText(first)} to ${dateText(last)}`;
  return `${a.getUTCDate()}${a.getUTCMonth() === b.getUTCMonth() ? '' : ` ${MONTHS[a.getUTCMonth()]}`} to ${dateText(last)}`;
}
/** Such as Tue 10:00–11:00; a span over several days names both. */
export function spanText(start, end) {
  const sameDay = dayOf(start) === dayOf(Math.max(start, end - 1));
  return `${dayName(start)} ${clockTime(start)}–${sameDay ? '' : `${dayName(end)} `}${clockTime(end)}`;
}

/** The parts of a span on each shown day: {day, from, to}, in hours of that day. */
export function piecesOf(start, end, firstDay, days) {
  const pieces = [];
  for (let day = 0; day < days; day += 1) {
    const midnight = firstDay + day * DAY, from = Math.max(start, midnight), to = Math.min(end, midnight + DAY);
    if (from < to || start === end && from === start && start < midnight + DAY) pieces.push({day, from: (from - midnight) / HOUR, to: (Math.max(from, to) - midnight) / HOUR});
  }
  return pieces;
}

const LEAST = 0.4;   // hours: what is shorter is drawn this high

/** Gives the pieces of one day, in the order of their start, a `lane`, and the `lanes` that they share with what they overlap. */
export function intoLanes(pieces) {
  const ordered = [...pieces].sort((a, b) => a.from - b.from || b.to - a.to), end = piece => Math.max(piece.to, piece.from + LEAST);
  let group = [], groupEnd = -1;
  const close = () => { const lanes = Math.max(0, ...group.map(piece => piece.lane + 1)); for (const piece of group) piece.lanes = lanes; group = []; };
  for (const piece of ordered) {
    if (piece.from >= groupEnd) close();
    const taken = new Set(group.filter(other => end(other) > piece.from).map(other => other.lane));
    piece.lane = 0;
    while (taken.has(piece.lane)) piece.lane += 1;
    group.push(piece);
    groupEnd = Math.max(group.length > 1 ? groupEnd : -1, end(piece));
  }
  close();
  return ordered;
}

/** Where a piece lies in its column, as custom properties. Overlapping ones lie like cards, so that titles stay legible. */
export function placeOf({from, to, lane = 0, lanes = 1}, fromHour, hours) {
  const left = lanes > 1 ? lane / lanes * 0.85 : 0;
  return {
    y: (from - fromHour) / hours * 100, h: Math.max(to - from, 0.25) / hours * 100,
    l: left, w: lane === lanes - 1 ? 1 - left : Math.min(1 - left, 1.35 / lanes),
  };
}

/**
 * Draws a week. `columns` holds, for each day, the blocks of that day: elements with the class `week-block` and the properties of
 * `placeOf`. `allDay` holds, for each day, what lasts all day; `corner` is what stands above the hours. `now` is a wall time. `role` and `label` make one image of it.
 */
export function drawWeek({firstDay, days = 7, fromHour = 0, hours = 24, now, columns, allDay = [], corner, role, label}) {
  const today = now === undefined ? -1 : Math.floor((dayOf(now) - firstDay) / DAY), range = [...Array(days).keys()];
  const heading = day => h('div', {cls: `week-day${day === today ? ' today' : ''}`}, h('span', {}, dayName(firstDay + day * DAY), ' ', h('b', {}, dayNumber(firstDay + day * DAY))), allDay[day]);
  const column = day => h('div', {cls: `week-column${day === today ? ' today' : ''}`, 'data-day': day}, columns[day],
    day === today && h('div', {cls: 'week-now', vars: {y: Math.min(100, Math.max(0, ((now - dayOf(now)) / HOUR - fromHour) / hours * 100))}}));
  return h('div', {cls: 'week week-scroll', role, 'aria-label': label, vars: {days, hours}},
    h('div', {cls: 'week-days'}, h('span', {}, corner), range.map(heading)),
    h('div', {cls: 'week-grid'},
      h('div', {cls: 'week-hours', 'aria-hidden': 'true'}, [...Array(hours - 1).keys()].map(hour => h('span', {vars: {y: (hour + 1) / hours * 100}}, `${two(fromHour + hour + 1)}:00`))),
      range.map(column)));
}
