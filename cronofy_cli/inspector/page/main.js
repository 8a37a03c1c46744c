// The inspector's page: what is searched for, what is known, and what happens when. The list, the details and the actions are
// modules of their own; everything comes from the server, and goes there.
import {$, fill, h, icon, plain} from './shared/dom.js';
import {ask, field, say} from './shared/dialog.js';
import {listenForKeys, showKeys} from './shared/keys.js';
import {letGo} from './shared/press.js';
import {nextTheme} from './shared/theme.js';
import {follow, get} from './api.js';
import * as actions from './actions.js';
import {Detail, gapPage} from './detail.js';
import {List, ROW, withGaps} from './list.js';
import {bytes, clockOf, dayOf, isToday, number, spanOf} from './words.js';

const CHIPS = [['All', ''], ['Needs a look', 'is:look'], ['Changes', 'type:change'], ['Failed in the app', 'status:failed'], ['Wrong signature', 'signature:invalid']];
const PART = 40, TYPING_MS = 60, SLOW_MS = 200, TOUCHED_MS = 350, BURST_MS = 2000, MANY = 20, STRIP_MS = 5000, COUNT_MS = 250;
const narrow = matchMedia('(max-width: 760px)');
let opening = null, retrying = 0;
const known = {q: '', rows: [], gaps: [], nextBefore: null, newestId: 0, isAnchored: false, fresh: 0, hidden: 0, count: null, state: null, isConnected: null, problem: null, isLoading: false, search: 0};

/** Where a list begins that has this delivery on top; the server takes no bigger number, and there is no bigger delivery. */
const anchorAt = id => Math.min(id, Number.MAX_SAFE_INTEGER - 1) + 1;
const detailCopy = actions.copy;
const command = text => h('div', {cls: 'box cmdline'}, h('code', {tabindex: 0}, text), h('button', {type: 'button', cls: 'btn', on: {click: () => detailCopy(text)}}, icon('copy'), 'Copy'));
const show = which => { document.documentElement.dataset.view = which; (which === 'detail' ? $('detail') : $('list')).focus({preventScroll: true}); };
const list = new List({onSelect: (item, opens) => { opening = openItem(item); if (opens && narrow.matches) { show('detail'); $('detail').scrollTop = 0; } }, onCompare: (a, b) => compare(a, b), onNearEnd: () => loadOlder(), onNearStart: () => loadNewer()});
const current = () => detail.detail;
/** The details that are meant are those of the selected delivery, which may be on their way. */
const withDelivery = act => async () => { await opening; if (current()) act(current()); };
const refresh = () => { refreshRows(); reloadDetail(); };
const markOrCompare = () => {
  const row = list.current;
  if (!row || row.gap) return null;
  if (list.marked === null || list.marked === row.id) {
    list.marked = list.marked === row.id ? null : row.id;
    known.markedRow = row;
    say(list.marked ? `#${row.id} is A. Choose another one and press v.` : 'No longer marked');
    list.draw();
    return detail.draw();
  }
  return compare(known.markedRow, row);
};
/** Compares two rows; while that is open, the address leads to it. */
async function compare(a, b) {
  try {
    await actions.compare(a, b, () => { list.marked = b.id; known.markedRow = b; list.draw(); detail.draw(); });
  } catch (error) { return say(error.message); }
  address(a.id, b.id);
  return $('dialog').addEventListener('close', () => address(list.current?.id ?? null), {once: true});
}
const ACTS = [
  {label: 'Replay', key: 'r', primary: true, needs: true, act: withDelivery(each => actions.replay(each, refresh))},
  {label: 'Edit and re-sign', key: 'e', needs: true, act: withDelivery(each => actions.edit(each, results => { detail.edited.push(...results.map(result => ({...result, is_edited: true}))); detail.draw(); }))},
  {label: 'Copy curl', key: 'C', needs: true, act: withDelivery(actions.copyCurl)},
  {label: 'Tag', key: 't', needs: true, act: withDelivery(each => actions.tag(each, refresh))},
  {label: 'Export', key: 'x', needs: true, act: () => actions.exportFound(current(), known.q, countWords())},
  {label: row => list.marked === row.id ? 'Is A' : list.marked === null ? 'Compare' : 'Compare with A', key: 'v', needs: true, act: markOrCompare},
  {label: 'Why', key: 'y', needs: true, act: withDelivery(each => actions.why(each, command))},
];
const detail = new Detail({acts: ACTS, onBack: () => show('list'), onCopy: detailCopy});

// ---- what is found -------------------------------------------------------------------------------------------------

async function find({q = known.q, keepsSelection = true, anchor = null} = {}) {
  const mine = ++known.search, slow = setTimeout(() => { $('list').dataset.slow = ''; }, SLOW_MS);
  known.q = q;
  let part;
  try {
    part = await get('list', {q, limit: PART, before: anchor});
    await letGo();
  } catch (error) {
    if (mine === known.search) failed(error);
    return;
  } finally {
    clearTimeout(slow);
    if (mine === known.search) delete $('list').dataset.slow;
  }
  if (mine !== known.search) return;
  known.problem = null;
  Object.assign(known, {rows: part.rows, gaps: part.gaps, nextBefore: part.next_before, newestId: part.newest_id, isAnchored: anchor !== null, fresh: 0, hidden: 0, count: null, isOutdated: false});
  list.needle = /^[^:@"]+$/.test(q.trim()) ? q.trim() : '';
  $('command').textContent = plain(part.command);
  $('list').scrollTop = 0;
  drawItems();
  if (!(keepsSelection && (list.current || list.selectId(known.wantedId ?? -1)))) list.items.length ? list.select(0) : detail.instead(part.rows.length ? '' : noneSelected());
  events.restart();
  drawAll();
  // Whoever goes on typing does not wait for what is counted.
  setTimeout(() => mine === known.search && count(mine), q ? COUNT_MS : 0);
  if (!part.rows.length && part.next_before !== null) loadOlder();
  if (anchor !== null) loadNewer();
}

async function count(mine) {
  const [counted, strip] = await Promise.all([get('count', {q: known.q}), get('strip', {q: known.q})]).catch(() => [null, null]);
  await letGo();
  if (mine !== known.search || !counted) return null;
  if (known.isOutdated) { known.isOutdated = false; return count(mine); }
  known.count = counted;
  drawStrip(strip);
  drawCount();
  return drawFoot();
}

async function loadOlder() {
  if (known.isLoading || known.nextBefore === null || known.problem) return;
  known.isLoading = true;
  const mine = known.search;
  try {
    const part = await get('list', {q: known.q, limit: PART * 2, before: known.nextBefore});
    await letGo();
    if (mine !== known.search) return;
    known.rows.push(...part.rows);
    known.gaps.push(...part.gaps.filter(gap => !known.gaps.some(other => other.started_at === gap.started_at)));
    known.nextBefore = part.next_before;
    drawItems();
    if (list.selected < 0 && known.rows.length) list.select(0);
  } catch (error) { if (mine === known.search) failed(error); } finally { known.isLoading = false; }
  const left = list.items.length - ($('list').scrollTop + $('list').clientHeight) / ROW;
  if (known.nextBefore !== null && left < 10) loadOlder();
}

/** Rows above an anchor, when the reader has come back to the start of what is loaded. */
async function loadNewer() {
  if (!known.isAnchored || known.isLoading || !known.rows.length) return;
  known.isLoading = true;
  const mine = known.search;
  try {
    const part = await get('list', {q: known.q, limit: PART, after: known.rows[0].id});
    await letGo();
    if (mine !== known.search) return;
    known.isAnchored = part.rows.length === PART;
    known.rows.unshift(...part.rows);
    drawItems({keepsPlace: true});
  } catch (error) { if (mine === known.search) failed(error); } finally { known.isLoading = false; }
}

function arrived(event) {
  const before = known.newestId;
  known.newestId = Math.max(known.newestId, event.newest_id);
  known.hidden += event.hidden;
  const added = event.rows.filter(row => !known.rows.some(other => other.id === row.id));
  if (!known.count) known.isOutdated = true;   // what is being counted may have come before it
  else if (before < known.count.newest_id) {
    // All of it was counted, or a part of it.
    if (event.newest_id > known.count.newest_id) count(known.search);
  } else { known.count.total += event.fitting + event.hidden; if (known.count.count !== null) known.count.count += event.fitting; }
  known.isBurst = event.fitting > MANY;
  if (event.fitting > event.rows.length && list.isAtTop && !known.isAnchored) {
    // More than is sent along: the list begins again with these, and the others are loaded when they come into sight.
    Object.assign(known, {rows: event.rows, gaps: [], nextBefore: event.rows.at(-1)?.id ?? null});
    const chosen = list.current;
    drawItems();
    if (!list.current && chosen) list.selected = -1;
  } else if (event.fitting > event.rows.length || known.isAnchored) known.fresh += event.fitting;
  else if (added.length) {
    const isAtTop = list.isAtTop, isFirst = !known.rows.length;
    known.rows.unshift(...added);
    if (!isAtTop) known.fresh += added.length;
    drawItems({keepsPlace: !isAtTop});
    if (isFirst || (list.selected < 0 && !current())) list.select(0);
  }
  drawCount();
  drawFresh();
  drawFoot();
  touched();
  drawStripSoon();
}

/** Gaps that ended while the page was open. */
function gapsCame(gaps) {
  const added = gaps.filter(gap => !known.gaps.some(other => other.started_at === gap.started_at));
  if (!added.length || known.isAnchored) return;
  known.gaps.push(...added);
  drawItems({keepsPlace: !list.isAtTop});
}

let stripping = 0;
/** The strip follows at leisure. */
function drawStripSoon() {
  stripping ||= setTimeout(async () => {
    stripping = 0;
    const mine = known.search, strip = await get('strip', {q: known.q}).catch(() => null);
    await letGo();
    if (strip && mine === known.search) drawStrip(strip);
  }, STRIP_MS);
}

let touching = 0, touchedAgain = false;
/** Something about deliveries has changed: the application has answered, events were read, a tag was given. */
function touched() {
  if (touching) { touchedAgain = true; return; }
  touching = setTimeout(async () => {
    await Promise.all([refreshRows(), reloadDetail()]);
    touching = 0;
    if (touchedAgain) { touchedAgain = false; touched(); }
  }, known.isBurst ? BURST_MS : TOUCHED_MS);
}

async function refreshRows() {
  const ids = list.visible;
  if (!ids.length || document.hidden) return;
  const rows = await get('rows', {ids: ids.join(',')}).catch(() => []), byId = new Map(rows.map(row => [row.id, row]));
  await letGo();
  if (!rows.some(row => JSON.stringify(row) !== JSON.stringify(known.rows.find(other => other.id === row.id)))) return;
  known.rows = known.rows.map(row => byId.get(row.id) ?? row);
  drawItems();
}

// ---- the details ---------------------------------------------------------------------------------------------------

let opened = 0;
async function openItem(item) {
  const mine = ++opened;
  if (!item) return;
  if (item.gap) { address(null); return detail.instead(gapPage(item, () => show('list'), command)); }
  address(item.id);
  try {
    const found = await get(`deliveries/${item.id}`);
    if (mine === opened) showDetail(found, true);
  } catch (error) { if (mine === opened) detail.instead(h('div', {cls: 'start'}, h('h2', {}, 'It cannot be shown'), h('p', {}, error.message), error.hint && h('p', {cls: 'quiet'}, error.hint))); }
}

async function reloadDetail() {
  const shown = current(), mine = opened;
  if (!shown || document.hidden) return;
  const found = await get(`deliveries/${shown.row.id}`).catch(() => null);
  await letGo();
  if (found && mine === opened && JSON.stringify(found) !== JSON.stringify(shown)) showDetail(found, false);
}

async function showDetail(found, fresh) {
  const mine = opened, isRight = ['valid', 'unknown'].includes(found.row.signature);
  const before = detail.detail?.row.id === found.row.id ? detail.found : null;
  detail.show(found, before, {fresh});
  if (isRight || before) return;
  const diagnosis = await get(`deliveries/${found.row.id}/signature`).catch(() => null);
  await letGo();
  if (mine === opened && diagnosis && current()?.row.id === found.row.id) detail.show(current(), diagnosis);
}

const noneSelected = () => h('div', {cls: 'none'}, known.q ? 'Nothing is selected.' : '');
function start() {
  const listens = known.state?.state === 'listening';
  return h('div', {cls: 'start'}, h('h2', {}, listens ? 'Ready, and nothing has arrived yet' : 'Nothing has been received yet'),
    h('p', {cls: 'quiet'}, listens ? 'The next change in the calendar appears here by itself.' : 'What cronofy listen records appears here by itself, as it arrives.'),
    listens ? [h('p', {}, 'Make one now:'), command('cronofy simulator edit add "Lunch" --calendar Home'), h('p', {}, 'You changed the calendar and still see nothing? What the application changes itself is not announced.'), command('cronofy why')]
      : [h('p', {}, 'Start receiving, here against a simulated Cronofy:'), command('cronofy listen 3000/your/hook --data-center simulator'), h('p', {}, 'Or see everything at once:'), command('cronofy demo')]);
}

function address(id, other = null) {
  const fragment = new URLSearchParams();
  if (id != null) fragment.set('id', id);
  if (other !== null) fragment.set('with', other);
  if (known.q) fragment.set('q', known.q);
  history.replaceState(null, '', fragment.size ? `#${fragment}` : location.pathname);
}

// ---- drawing -------------------------------------------------------------------------------------------------------

function drawItems(options) {
  list.take(withGaps(known.rows, known.gaps), options);
  const isNone = !known.rows.length && known.nextBefore === null && !known.problem;
  $('none').hidden = !isNone || !known.q;
  if (!$('none').hidden) fill($('none'), h('p', {}, 'No delivery matches.'), h('button', {type: 'button', cls: 'btn', on: {click: () => search('')}}, 'Clear the search ', h('kbd', {}, 'Esc')));
  if (isNone && !known.q) detail.instead(start());
}

const countWords = () => known.count === null || known.count.count === null ? 'all' : `${known.count.is_more ? 'more than ' : ''}${number(known.count.count)}`;
function drawCount() {
  const {count: counted, hidden, problem} = known;
  if (problem) $('count').textContent = 'not known';
  else if (!counted) $('count').textContent = '';
  else {
    const words = counted.count === null ? `of ${number(counted.total)}` : known.q ? `${countWords()} of ${number(counted.total)}` : `${number(counted.total)} deliver${counted.total === 1 ? 'y' : 'ies'}`;
    const more = h('button', {type: 'button', cls: 'link', title: 'Clear the search, and show them', on: {click: () => search('')}}, `${number(hidden)} new hidden`);
    fill($('count'), words, hidden > 0 && known.q ? [', ', more] : null);
  }
}

function drawFresh() {
  if (list.isAtTop && !known.isAnchored) known.fresh = 0;
  $('fresh').hidden = known.fresh === 0;
  $('fresh').textContent = `${number(known.fresh)} new, to the top ( . )`;
}

function drawStrip(strip) {
  const most = Math.max(1, ...strip.buckets.map(bucket => bucket.count)), bad = strip.buckets.reduce((sum, bucket) => sum + bucket.bad, 0);
  const name = time => time === null ? '' : isToday(time) ? clockOf(time).slice(0, 5) : dayOf(time);
  known.strip = strip;
  fill($('bars'), strip.buckets.map(bucket => h('i', {vars: {n: bucket.count ? Math.max(8, bucket.count / most * 100) : 0}, 'data-bad': bucket.bad > 0, 'data-gap': bucket.is_gap && bucket.count === 0})));
  $('bars').setAttribute('aria-label', strip.buckets.length ? `The newest deliveries by time, from ${name(strip.first_at)} to ${name(strip.last_at)}; ${bad} not right` : 'No deliveries');
  $('strip-from').textContent = name(strip.first_at);
  $('strip-to').textContent = strip.last_at && Date.now() - Date.parse(strip.last_at) < 60000 ? 'now' : name(strip.last_at);
}

const STATES = {listening: ['ok', 'live'], history: ['idle', 'clock'], lost: ['warn', 'warn'], unrecorded: ['bad', 'bad']};
/** A sentence of its own: messages have neither a capital nor a full stop. */
const sentence = text => `${text[0].toUpperCase()}${text.slice(1)}.`;
function drawState() {
  const {state, isConnected, problem} = known;
  let [is, sign] = STATES[state?.state] ?? ['idle', 'clock'], label = 'History only', text = null, fix = null;
  if (state?.state === 'listening') label = state.since ? `Listening, ${spanOf(state.since, new Date().toISOString())}` : 'Listening';
  if (state?.state === 'lost') [label, text, fix] = ['Nothing can arrive', `${sentence(state.reason ?? 'the way to this machine is broken')} It is tried again by itself. What changes meanwhile is read once it is back.`, /channel/.test(state.reason ?? '') ? 'cronofy channels list' : 'cronofy tunnel status'];
  if (state?.state === 'unrecorded') [label, text, fix] = ['Nothing is recorded', `${[state.reason, state.hint].filter(Boolean).map(sentence).join(' ')} What arrives is answered 503: Cronofy sends it again for 24 hours, so nothing is lost once it can be recorded.`, 'cronofy doctor'];
  if (problem) [is, sign, label, text, fix] = ['bad', 'bad', problem.status === 401 ? 'Another run' : 'History unreadable', [problem.message, problem.hint].filter(Boolean).join('. '), problem.status === 401 ? 'cronofy inspect' : 'cronofy doctor'];
  else if (isConnected === false) [is, sign, label, text, fix] = ['bad', 'bad', 'Disconnected', 'This page has lost the inspector on this machine: it was ended, or the machine slept. What you see stays; actions wait. Trying again every 5 s.', 'cronofy inspect'];
  $('state').dataset.is = is;
  fill($('state'), icon(sign), label);
  $('banner').hidden = text === null;
  if (text !== null) {
    $('banner').dataset.is = is;
    fill($('banner'), h('span', {cls: is}, icon(sign)), h('p', {}, text), h('button', {type: 'button', cls: 'btn', on: {click: () => detailCopy(fix)}}, icon('copy'), h('code', {}, fix)));
  }
  $('account').textContent = plain([state?.data_center, state?.account].filter(Boolean).join(', '));
  $('route').textContent = plain(state?.state === 'history' ? 'nothing is received: no cronofy listen runs' : [state?.callback_urls?.[0]?.replace(/\/r\/.*/, ''), state?.targets?.join(' and ')].filter(Boolean).join(' → '));
  document.title = `${is === 'ok' || is === 'idle' ? '' : '! '}cronofy inspect`;
  const can = isConnected !== false && !problem;
  if (detail.can !== can) { detail.can = can; detail.draw(); }
}

function drawFoot() {
  const {state, count: counted} = known, targets = state?.targets?.length ? `forwards to ${state.targets.join(' and ')}` : null;
  fill($('foot'), h('span', {}, counted ? `${number(counted.total)} deliver${counted.total === 1 ? 'y' : 'ies'}` : ''), targets && h('span', {cls: 'cut'}, targets), counted?.unindexed > 20000 && h('span', {cls: 'warn'}, `${number(counted.unindexed)} not indexed yet: searches are slower`),
    h('span', {cls: 'grow'}), state && state.history_bytes > 0 && h('span', {cls: 'wide'}, `history ${bytes(state.history_bytes)}`), h('span', {cls: 'wide'}, 'this machine only'));
}

function drawChips() {
  fill($('chips'), CHIPS.map(([label, q]) => h('button', {type: 'button', cls: 'chip', 'data-key': `chip ${q}`, 'aria-pressed': String(known.q.trim() === q), on: {click: () => search(q)}}, label)),
    h('button', {type: 'button', cls: 'chip', 'data-key': 'chip by reason', 'aria-keyshortcuts': 'f', on: {click: byReason}}, 'By reason …'));
}

function drawAll() { drawState(); drawCount(); drawFresh(); drawFoot(); drawChips(); }

function failed(error) {
  if (error.status === 400) {   // what was typed is not understood, or not yet
    $('count').textContent = plain([error.message, error.hint].filter(Boolean).join('; '));
    return;
  }
  if (error.status === undefined) {
    known.isConnected = false;
    if (!known.newestId) setTimeout(find, 5000);
  } else {
    known.problem = error;
    if (error.status !== 401) retrying ||= setTimeout(() => { retrying = 0; if (known.problem) find(); }, 5000);
    if (!known.rows.length) detail.instead(h('div', {cls: 'start'}, h('h2', {}, error.status === 401 ? 'This page belongs to another run' : 'The history cannot be read'), h('p', {}, error.message), error.hint && h('p', {cls: 'quiet'}, error.hint), command(error.status === 401 ? 'cronofy inspect' : 'cronofy doctor')));
  }
  drawAll();
}

// ---- keys ----------------------------------------------------------------------------------------------------------

function search(q) { $('q').value = q; find({q}); }
function newest() { if (known.isAnchored || known.fresh) find({keepsSelection: false}); else { $('list').scrollTop = 0; list.select(0); } drawFresh(); }
function nextLook(step) {
  for (let place = list.selected + step; place >= 0 && place < list.items.length; place += step) if (list.items[place].gap || list.items[place].needs_look) return list.select(place);
  return say(step > 0 && known.nextBefore !== null ? 'No other one among what is loaded: is:look finds all' : 'No other one needs a look');
}
const openId = id => list.selectId(id) || find({q: known.q, anchor: anchorAt(id), keepsSelection: false});
function byReason() { actions.failures(known.q, search, openId).catch(error => say(error.message)); }
function goTo() {
  const input = h('input', {type: 'text', id: 'place', autofocus: true, autocomplete: 'off'});
  ask('Go to', [field('A number (1048196) or a time (11:50, yesterday, 2026-11-22)', input)], {yes: 'Go', act: async () => {
    const wanted = input.value.trim().replace(/^#/, ''), today = /^\d{1,2}:\d\d$/.test(wanted) ? `today ${wanted.padStart(5, '0')}` : wanted;
    const anchor = /^\d+$/.test(wanted) ? anchorAt(+wanted) : ((await get('list', {q: `until:"${today}"`, limit: 1})).rows[0]?.id ?? 0) + 1;
    await find({q: known.q, anchor, keepsSelection: false});
  }});
}
const KEYS = [
  {key: 'j', shown: 'j k ↑ ↓', words: 'next, previous', act: () => list.select(list.selected + 1)}, {key: 'k', act: () => list.select(list.selected - 1)},
  {key: 'n', shown: 'n N', words: 'next, previous that needs a look', act: () => nextLook(1)}, {key: 'N', act: () => nextLook(-1)},
  {key: 'Enter', words: 'into the details', act: () => show('detail')}, {key: 'Escape', shown: 'Esc', words: 'back, or clear the search', act: back},
  {key: '/', words: 'search', act: () => { show('list'); $('q').focus(); }}, {key: 'g', words: 'go to a number or a time', act: goTo}, {key: '.', words: 'the newest', act: newest},
  {key: 'f', words: 'what needs a look, by its reason', act: byReason},
  {key: ['1', '2', '3', '4', '5'], shown: '1 … 5', words: 'a part of the details', act: event => detail.jump(+event.key)},
  {key: 'r', shown: 'r R', words: 'replay, replay to another target', act: ACTS[0].act}, {key: 'R', act: withDelivery(each => actions.replayTo(each, refresh))},
  {key: 'e', words: 'edit and replay signed again', act: ACTS[1].act},
  {key: 'c', shown: 'c C P', words: 'copy the body, as curl, as pytest', act: withDelivery(actions.copyBody)}, {key: 'C', act: ACTS[2].act}, {key: 'P', act: withDelivery(actions.copyPytest)},
  {key: 't', shown: 't x', words: 'tag, export', act: ACTS[3].act}, {key: 'x', act: ACTS[4].act}, {key: 'v', words: 'mark as A, then compare', act: ACTS[5].act}, {key: 'y', words: 'why, for its channel', act: ACTS[6].act},
  {key: 'b', words: 'week before, both, after', act: () => detail.nextWeek()}, {key: 'w', words: 'body raw, pretty', act: () => detail.togglePretty()},
  {key: 'l', words: 'light, dark, as the system', act: () => say(`Theme: ${nextTheme()}`)}, {key: '?', words: 'these keys', act: () => showKeys(KEYS)},
];
function back() {
  if (document.documentElement.dataset.view === 'detail' && narrow.matches) return show('list');
  if (known.q && document.activeElement !== $('detail')) return search('');
  return show('list');
}
const inList = () => [$('list'), document.body].includes(document.activeElement);
listenForKeys(KEYS, event => {
  const page = Math.max(1, Math.floor($('list').clientHeight / ROW) - 1), move = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity}[event.key];
  if (event.target.closest('button, a, summary') && event.key === 'Enter') return false;
  if (move === undefined || !inList()) return false;
  list.select(list.selected + move);
  return true;
});

// ---- the beginning -------------------------------------------------------------------------------------------------

let typing;
$('q').addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(() => find({q: $('q').value}), TYPING_MS); });
$('q').addEventListener('keydown', event => {
  if (event.key === 'Escape') { event.preventDefault(); search(''); $('list').focus(); }
  if (event.key === 'ArrowDown' || event.key === 'Enter') { event.preventDefault(); $('list').focus(); if (list.selected < 0) list.select(0); }
});
$('fresh').addEventListener('click', newest);
$('list').addEventListener('scroll', drawFresh, {passive: true});
$('help').addEventListener('click', () => showKeys(KEYS));
$('theme').addEventListener('click', () => say(`Theme: ${nextTheme()}`));
$('copy-command').addEventListener('click', () => detailCopy($('command').textContent));
$('bars').addEventListener('click', async event => {
  const place = [...$('bars').children].indexOf(event.target), {strip} = known;
  if (place < 0 || !strip?.first_at) return;
  const from = Date.parse(strip.first_at), width = (Date.parse(strip.last_at) - from) / strip.buckets.length, until = new Date(from + width * (place + 1)).toISOString();
  const found = (await get('list', {q: `until:${until}`, limit: 1})).rows[0];
  if (found) { await find({q: known.q, anchor: found.id + 1, keepsSelection: false}); say(`Went to ${clockOf(until)}`); }
});
fill($('theme'), icon('theme'), h('span', {cls: 'sr'}, 'Theme'));
fill($('copy-command'), icon('copy'), h('span', {cls: 'sr'}, 'Copy the command'));

const asked = new URLSearchParams(location.hash.slice(1));
known.q = asked.get('q') ?? '';
known.wantedId = asked.get('id') ? +asked.get('id') : null;
$('q').value = known.q;
/** What comes by itself waits while a button is pressed. An event of an earlier search is not of this one. */
const held = act => async data => { const mine = known.search; await letGo(); if (mine === known.search) act(data); };
const events = follow(() => ({q: known.q, after: known.newestId}), {
  rows: held(event => known.problem ? find() : arrived(event)), touched: () => known.problem ? find() : touched(), gaps: held(gapsCame),
  replaced: () => { say('The history was removed or replaced. This is the one that is there now.'); find({keepsSelection: false}); },
  state: held(state => { known.state = state; drawState(); drawFoot(); if (!known.rows.length && !known.q && !known.problem && known.search) drawItems(); }), problem: held(error => failed(Object.assign(new Error(error.message), {hint: error.hint, status: 503}))),
}, isConnected => {
  const before = known.isConnected;
  known.isConnected = isConnected;
  drawState();
  if (isConnected && before === false) find();
});
// Nobody looks at a hidden page: it goes on where it was when it is seen again.
document.addEventListener('visibilitychange', () => { if (document.hidden) events.pause(); else { events.restart(); touched(); } });
addEventListener('hashchange', () => {
  const fragment = new URLSearchParams(location.hash.slice(1)), id = +(fragment.get('id') ?? 0);
  if (fragment.has('token')) location.reload();
  else if (id && current()?.row.id !== id && !list.selectId(id)) { $('q').value = fragment.get('q') ?? ''; find({q: $('q').value, anchor: anchorAt(id), keepsSelection: false}); }
});
setInterval(drawState, 10000);
await find({anchor: known.wantedId ? anchorAt(known.wantedId) : null});
if (asked.get('with')) {
  const both = await get('rows', {ids: `${known.wantedId},${asked.get('with')}`}).catch(() => []);
  if (both.length === 2) await compare(...both);
}
$('list').focus({preventScroll: true});
