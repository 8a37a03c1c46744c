// Words and signs for what a delivery is.
import {h} from './shared/dom.js';

export const SIGNATURES = {
  valid: ['ok', 'ok', 'signed'], invalid: ['bad', 'bad', 'wrong signature'], unsigned: ['ask', 'warn', 'not signed'], unknown: ['ask', 'quiet', 'not checked'],
};
export const KINDS = {
  added: ['+', 'ok', 'added'], removed: ['−', 'bad', 'removed'], moved: ['→', 'move', 'moved'], changed: ['~', 'warn', 'changed'], first_seen: ['·', 'quiet', 'first seen'],
};
export const VERDICTS = {
  fixed: ['ok', 'fixed'], regressed: ['bad', 'regressed'], still_failing: ['bad', 'still failing'], still_passing: ['ok', 'still passing'],
};
/** As long as Cronofy waits for an answer. */
export const LIMIT_MS = 5000;

export const number = value => value.toLocaleString('en-GB');
export const duration = ms => ms == null ? '' : ms < 10 ? `${(+ms.toFixed(1))} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`;
export const bytes = size => size < 1000 ? `${size} bytes` : size < 1e6 ? `${(size / 1000).toFixed(1)} kB` : `${Math.round(size / 1e6)} MB`;
export const nameOf = row => row.type ?? (row.is_json ? 'not a notification' : 'not JSON');
/** What a row's signature is called: what was made up or imported was not received. */
export const signatureOf = row => row.reconstructed ? ['ok', 'move', 'reconstructed'] : SIGNATURES[row.signature];
export const sign = kind => h('span', {cls: `sign ${KINDS[kind][1]}`, 'aria-hidden': 'true'}, KINDS[kind][0]);

const pad = value => String(value).padStart(2, '0');
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'], MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const local = time => new Date(time);
export const clockOf = time => { const date = local(time); return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`; };
export const preciseOf = time => `${clockOf(time)}.${String(local(time).getMilliseconds()).padStart(3, '0')}`;
export const dayOf = time => { const date = local(time); return `${DAYS[date.getDay()]} ${date.getDate()} ${MONTHS[date.getMonth()]}${date.getFullYear() === new Date().getFullYear() ? '' : ` ${date.getFullYear()}`}`; };
export const isToday = time => local(time).toDateString() === new Date().toDateString();
export const whenOf = time => `${isToday(time) ? '' : `${dayOf(time)} `}${clockOf(time)}`;
/** How long something lasts, in two units at most. */
export function spanOf(from, to) {
  const seconds = Math.max(0, Math.round((local(to) - local(from)) / 1000)), minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
  if (days) return `${days} d ${hours % 24} h`;
  if (hours) return `${hours} h ${minutes % 60} min`;
  return minutes ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
