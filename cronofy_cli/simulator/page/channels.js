// At the right, above: the channels, what became of the latest attempts, and what waits.
import {$, fill, h, icon} from './shared/dom.js';
import {advanceTo, closeChannel} from './acts.js';
import {account, calendarOf, now, state} from './state.js';
import {openChannel, openPush} from './forms.js';

const LIMIT = 128;
const isSuccess = attempt => attempt.status >= 200 && attempt.status < 300;
const small = (label, act, more = {}) => h('button', {type: 'button', cls: 'btn small', on: {click: act}, ...more}, label);

/** Such as 2 min 5 s; the greatest two units. */
export function duration(ms) {
  const s = Math.max(0, Math.round(ms / 1000)), units = [[Math.floor(s / 86400), 'd'], [Math.floor(s / 3600) % 24, 'h'], [Math.floor(s / 60) % 60, 'min'], [s % 60, 's']], first = units.findIndex(([value]) => value);
  return first < 0 ? '0 s' : units.slice(first, first + 2).filter(([value]) => value).map(([value, unit]) => `${value} ${unit}`).join(' ');
}

function filters(channel) {
  const names = channel.calendar_ids?.map(id => calendarOf(id)?.name ?? id);
  return [names ? `only ${names.join(', ')}` : 'all calendars', channel.only_managed && 'only managed events'].filter(Boolean).join('; ');
}

function tries(channel) {
  const list = channel.attempts, good = list.filter(isSuccess).length;
  if (!list.length) return null;
  return h('span', {cls: 'tries', role: 'img', 'aria-label': `Latest attempts: ${list.length}, of which ${good} succeeded`}, list.map(one => h('i', {cls: isSuccess(one) ? '' : 'x'})), channel.waiting.length > 0 && h('i', {cls: 'next'}));
}

function card(channel) {
  const failing = channel.failing_since !== null, latest = channel.attempts.at(-1), next = channel.waiting[0], due = next && Date.parse(next.due_at);
  const isFresh = latest && [...state.fresh].some(number => state.entries.some(entry => entry.number === number && entry.delivery?.number === latest.number));
  return h('article', {cls: `channel${isFresh ? ' fresh' : ''}`, 'data-is': failing ? 'failing' : 'open', 'aria-label': `Channel to ${channel.callback_url}`},
    h('div', {cls: 'line'}, h('span', {cls: failing ? 'warn' : 'ok'}, icon(failing ? 'warn' : 'ok'), failing ? ' failing' : ' open'), h('code', {cls: 'cut quiet', title: channel.channel_id}, channel.channel_id),
      small('Close', () => closeChannel(channel), {'data-key': `close ${channel.channel_id}`, 'aria-label': `Close the channel to ${channel.callback_url}`})),
    h('code', {cls: 'cut', title: channel.callback_url}, channel.callback_url),
    h('div', {cls: 'line'}, h('span', {cls: 'quiet cut'}, filters(channel)), tries(channel), latest && h('span', {cls: `num${isSuccess(latest) ? '' : ' bad'}`}, latest.status ?? latest.failure ?? 'no answer')),
    next && h('div', {cls: 'line'}, h('span', {cls: 'quiet cut', 'data-due': due, 'data-words': `${next.type}, attempt ${next.attempt} `}, waitingWords(next.type, next.attempt, due)),
      (due - now() > 2000 || state.clock.stopped) && small('Try now', () => advanceTo(due), {'data-key': `try ${channel.channel_id}`, title: 'Turns the clock to it'})),
    failing && h('p', {cls: 'quiet'}, `no success for ${duration(now() - Date.parse(channel.failing_since))}; closed after 24 h`));
}

const waitingWords = (type, attempt, due) => `${type}, attempt ${attempt} ${due - now() > 900 ? `in ${duration(due - now())}` : 'now'}`;

/** The pauses count down between two readings. */
export function countDown() {
  for (const element of document.querySelectorAll('[data-due]')) element.textContent = `${element.dataset.words}${element.dataset.due - now() > 900 ? `in ${duration(element.dataset.due - now())}` : 'now'}`;
}

const gone = channel => h('article', {cls: 'channel', 'data-is': 'closed', 'aria-label': `Closed channel to ${channel.callback_url}`},
  h('div', {cls: 'line'}, h('span', {cls: 'bad'}, icon('bad'), ' closed'), h('code', {cls: 'cut quiet', title: channel.channel_id}, channel.channel_id)),
  h('code', {cls: 'cut'}, channel.callback_url), h('p', {cls: 'quiet'}, channel.note));

const none = () => h('div', {cls: 'none'}, h('p', {}, 'No channel is open, so nobody is notified.'), h('p', {cls: 'quiet'}, 'Your application opens one with POST /v1/channels, or ‘listen’ does:'), h('code', {}, 'cronofy listen 3000/hook --data-center simulator'));

export function paintChannels() {
  if (!state.loaded) return;
  const own = state.channels.filter(one => one.sub === account()?.sub), others = state.channels.length - own.length;
  fill($('channels'), h('div', {cls: 'head'}, h('h2', {}, 'Channels'), h('span', {cls: 'quiet num'}, `${own.length} of ${LIMIT}`), h('span', {cls: 'grow'}), h('button', {type: 'button', cls: 'btn', 'data-key': 'open-channel', on: {click: openChannel}}, 'Open…'), own.length > 0 && h('button', {type: 'button', cls: 'btn', 'data-key': 'push', on: {click: () => openPush()}}, 'Push…')),
    own.length ? own.map(card) : none(), state.closed.filter(one => !state.channels.some(other => other.channel_id === one.channel_id)).map(gone),
    others > 0 && h('p', {cls: 'quiet'}, `${others} more of other accounts`));
}
