// The simulator's page: it shows the world, and does what its control API can do. Everything comes from this simulator.
import {nextTheme} from './shared/theme.js';
import {$, fill, h, icon, segment} from './shared/dom.js';
import {say} from './shared/dialog.js';
import {listenForKeys, showKeys} from './shared/keys.js';
import {dateText, dayName} from './shared/week.js';
import {advance, advanceTo, deleteEvent, stopClock} from './acts.js';
import {paintTools, paintWeek, setWho} from './calendar.js';
import {focusedEvent, neighbour, turn} from './choosing.js';
import {countDown, paintChannels} from './channels.js';
import {openChannel, openClock, openCredentials, openEvent, openFault, openPush, openReset} from './forms.js';
import {paintLog} from './log.js';
import {grab, moveByKey} from './moving.js';
import {applications, begin, changed, nextTry, nowWall, onChange, refresh, retry, state} from './state.js';
import {paintFoot, paintWorld} from './world.js';

const TABS = [['calendar', 'Calendar'], ['channels', 'Channels'], ['log', 'Log'], ['world', 'World']];
const STEPS = [[60, '+1 min'], [3600, '+1 h'], [86400, '+1 day']];

function paintClock() {
  if (!state.loaded) return;
  fill($('clock'), h('button', {type: 'button', cls: 'btn plain time', id: 'time', 'data-key': 'time', title: 'Set the clock…', on: {click: openClock}}, timeText()),
    segment('Time', [[false, 'Runs', 'With this machine’s, as far ahead as it was turned'], [true, 'Stopped', 'Stands still until you step it']], state.clock.stopped, stopClock),
    STEPS.map(([seconds, words]) => h('button', {type: 'button', cls: 'btn', 'data-key': words, 'data-step': seconds, on: {click: () => advance(seconds, words)}}, words)),
    h('button', {type: 'button', cls: 'btn', 'data-key': 'next', disabled: nextTry() === null, title: 'Turns the clock to the next attempt (>)', on: {click: () => advanceTo(nextTry())}}, 'To next try'));
}

function timeText() {
  const now = nowWall();
  return [h('span', {}, `${dayName(now)} ${dateText(now)} `), h('span', {}, new Date(now).toISOString().slice(11, 19))];
}

function paintBanner() {
  const banner = $('banner'), isLost = !state.connected && state.lostAt !== null;
  document.title = `${isLost ? '! ' : ''}cronofy simulator`;
  document.documentElement.dataset.connected = String(state.connected);
  if (banner.hidden === !isLost) return;
  banner.hidden = !isLost;
  if (isLost) fill(banner, icon('bad'), h('p', {}, h('b', {}, 'The simulator does not answer. '), 'It was stopped, or this machine slept. What you see is what was there; nothing can be changed until it is back. It is tried again every 5 s. ', h('code', {}, 'cronofy simulator run')), h('button', {type: 'button', cls: 'btn', on: {click: retry}}, 'Try now'));
}

function paintTabs() {
  document.documentElement.dataset.tab = state.tab;
  fill($('tabs'), TABS.map(([name, words]) => h('button', {type: 'button', 'data-key': name, 'aria-pressed': String(name === state.tab), on: {click: () => { state.tab = name; changed(); }}}, words)));
}

const chosen = act => () => { const event = focusedEvent(); if (event) act(event); else say('Choose an event first: arrows'); };
const nextWho = () => { const all = ['owner', ...applications()]; setWho(all[(all.indexOf(state.who) + 1) % all.length]); };
const arrow = event => { if (focusedEvent() || document.activeElement === document.body) neighbour(event.key); };
const KEYS = [
  {key: ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'], shown: '↑ ↓ ← →', words: 'from event to event', act: arrow},
  {key: [], shown: 'Enter', words: 'open it'},
  {key: 'm', words: 'move it: arrows, Shift ↑ ↓ for its length, Enter, Escape', act: chosen(grab)},
  {key: 'Delete', words: 'delete it', act: chosen(deleteEvent)},
  {key: 'n', words: 'new event', act: () => openEvent(null)},
  {key: 'o', words: 'edit as owner, as application', act: nextWho},
  {key: '[', words: 'earlier', act: () => turn(-1)}, {key: ']', words: 'later', act: () => turn(1)}, {key: 't', words: 'today', act: () => turn(0)},
  {key: '+', words: 'clock on by an hour', act: () => advance(3600, '+1 h')},
  {key: '>', words: 'clock on to the next try', act: () => advanceTo(nextTry())},
  {key: 'p', words: 'push a notification', act: () => openPush()}, {key: 'c', words: 'open a channel', act: openChannel}, {key: 'f', words: 'add a fault', act: openFault},
  {key: 'r', words: 'reset the world', act: openReset}, {key: 'k', words: 'credentials', act: () => state.loaded && openCredentials()},
  {key: 'l', words: 'light, dark, as the system', act: () => say(`Theme: ${nextTheme()}`)},
  {key: '?', words: 'these keys', act: () => showKeys(KEYS)},
];

$('address').textContent = new URL('.', location.href).href.replace(/\/$/, '');
fill($('theme'), icon('theme'));
$('theme').addEventListener('click', () => say(`Theme: ${nextTheme()}`));
$('help').addEventListener('click', () => showKeys(KEYS));
listenForKeys(KEYS, moveByKey);
for (const paint of [paintBanner, paintClock, paintWorld, paintTools, paintWeek, paintChannels, paintLog, paintFoot, paintTabs]) onChange(paint);
matchMedia('(max-width: 760px)').addEventListener('change', () => turn(0));
setInterval(() => { if (state.loaded && !state.clock.stopped) { fill($('time'), timeText()); countDown(); } }, 1000);
setInterval(() => { if (state.connected && !state.clock.stopped) refresh(); }, 60000);
changed();
begin();
