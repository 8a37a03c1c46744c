// At the left: the world, its account, profiles, calendars and faults. At the foot: what holds for all of it.
import {$, fill, h, icon} from './shared/dom.js';
import {clearFault, setConnected, setDelay, attempt} from './acts.js';
import {account, changed, profileOf, refresh, state, styleOf} from './state.js';
import {openCredentials, openFault, openReset, openWorlds} from './forms.js';

const SERVICES = {google: 'Google', exchange: 'Exchange', office365: 'Microsoft 365', apple: 'Apple', live_connect: 'Outlook.com', cronofy: 'Cronofy'};
const serviceOf = profile => SERVICES[profile.provider_service] ?? SERVICES[profile.provider_name] ?? profile.provider_name;
const small = (label, act, more = {}) => h('button', {type: 'button', cls: 'btn small', on: {click: act}, ...more}, label);

function profile(one) {
  const is = !one.connected ? ['bad', 'disconnected'] : one.initial_sync_required ? ['clock', 'syncing'] : ['ok', ''];
  return h('li', {}, h('span', {cls: is[0] === 'clock' ? 'warn' : is[0]}, icon(is[0]), h('span', {cls: 'sr'}, is[1] || 'connected')),
    h('span', {cls: 'cut grow', title: one.profile_name}, serviceOf(one), is[1] && h('small', {cls: 'quiet block'}, is[1])),
    small(one.connected ? 'Disconnect' : 'Reconnect', () => setConnected(one, !one.connected), {'data-key': one.profile_id, 'aria-label': `${one.connected ? 'Disconnect' : 'Reconnect'} ${serviceOf(one)}, ${one.profile_name}`}));
}

function calendar(one) {
  const id = one.calendar_id, count = state.events.filter(event => event.calendar === id).length, owner = profileOf(one);
  const toggle = event => { if (event.target.checked) state.hidden.delete(id); else state.hidden.add(id); changed(); };
  return h('li', {}, h('label', {title: `${one.name} (${owner ? `${serviceOf(owner)}, ${owner.profile_name}` : ''})`}, h('input', {type: 'checkbox', 'data-key': id, checked: !state.hidden.has(id), on: {change: toggle}}), h('span', {cls: `swatch ${styleOf(id)}`}), h('span', {cls: 'cut'}, one.name),
    one.readonly && h('span', {cls: 'quiet'}, icon('lock'), h('span', {cls: 'sr'}, ' read-only'))), h('span', {cls: 'quiet num', title: 'events in and around this week'}, count));
}

function fault(one) {
  const what = [one.status, one.delay_s ? `${one.delay_s} s late` : null, one.drop ? 'no answer' : null].filter(Boolean).join(', ');
  return h('div', {cls: 'fault'}, h('span', {}, icon('warn'), ` ${one.method ?? 'any'} ${one.path_prefix}`), h('small', {}, `${what}, ${one.times >= 1e6 ? 'until cleared' : one.times === 1 ? 'the next call' : `the next ${one.times} calls`}`),
    small('Clear', () => clearFault(one), {'data-key': `fault ${one.number}`, 'aria-label': `Clear the fault of ${one.method ?? 'any'} ${one.path_prefix}`}));
}

const slow = () => h('div', {cls: 'fault'}, h('span', {}, icon('warn'), ' provider is slow'), h('small', {}, `changes are noticed ${state.delay_s} s later`),
  small('Clear', () => attempt(() => setDelay(0), 'Cleared'), {'data-key': 'slow', 'aria-label': 'Let the provider be fast again'}));

export function paintWorld() {
  const own = account(), faults = [...state.faults.map(fault), ...(state.delay_s ? [slow()] : [])], name = state.status?.world;
  fill($('world'),
    h('section', {}, h('div', {cls: 'head'}, h('h2', {}, 'World'), small('Reset…', openReset, {'data-key': 'reset'})),
      h('button', {type: 'button', cls: 'btn wide', 'data-key': 'worlds', on: {click: openWorlds}}, h('span', {cls: 'cut grow'}, name === undefined ? '' : name === 'first' ? 'The first world' : name), h('span', {cls: 'quiet num'}, `of ${state.worlds.length}`))),
    h('section', {}, h('h2', {}, h('label', {for: 'account'}, 'Account')), h('select', {id: 'account', 'data-key': 'account', value: state.sub, on: {change: event => { state.sub = event.target.value; state.who = 'owner'; changed(); refresh(); }}}, state.accounts.map(one => h('option', {value: one.sub}, one.email || one.name || one.sub)))),
    h('section', {}, h('h2', {}, 'Profiles'), h('ul', {}, (own?.profiles ?? []).map(profile))),
    h('section', {}, h('h2', {}, 'Calendars'), h('ul', {}, (own?.calendars ?? []).map(calendar))),
    h('section', {}, h('div', {cls: 'head'}, h('h2', {}, 'Faults'), small('Add…', openFault, {'data-key': 'add-fault', 'aria-label': 'Add a fault'})), faults.length ? faults : h('p', {cls: 'quiet'}, 'None: every call works.')));
}

export function paintFoot() {
  const {choices} = state, rules = !state.loaded ? [] : [
    `changes within ${choices.coalesce_window_s} s share a notification`,
    choices.enforce_rate_limit ? '50 calls a second, 500 a minute: on' : 'rate limit: off',
    choices.enforce_sync_window ? 'sync window: 42 days back, 201 ahead' : 'sync window: off'];
  fill($('foot'), h('button', {type: 'button', cls: 'btn plain', 'data-key': 'credentials', disabled: !state.loaded, on: {click: openCredentials}}, 'Credentials…'), rules.map(rule => h('span', {}, rule)), h('span', {cls: 'grow'}),
    h('span', {cls: 'quiet'}, 'All of this is also in ‘cronofy simulator’ and at /simulator'));
}
