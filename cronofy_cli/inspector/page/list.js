// The list: as many nodes as are seen, however many rows there are. Its rows are loaded by key, in parts, as they come into sight.
import {$, h, icon, plain} from './shared/dom.js';
import {KINDS, clockOf, dayOf, duration, isToday, nameOf, signatureOf} from './words.js';

export const ROW = 48;
const MORE_ROWS = 20;

/** `onSelect(item, opens)` hears of a choice, `onCompare(item, other)` of two, `onNearEnd` and `onNearStart` when more rows come into sight. */
export class List {
  constructor({onSelect, onCompare, onNearEnd, onNearStart}) {
    this.items = [];
    this.selected = -1;
    this.marked = null;
    this.needle = '';
    this.onSelect = onSelect;
    this.onCompare = onCompare;
    this.box = $('list');
    this.nodes = new Map();   // what is drawn, by its place: while one scrolls, most of it stays
    this.box.addEventListener('scroll', () => {
      this.scrolling ||= requestAnimationFrame(() => { this.scrolling = 0; this.place(); });
      const left = this.items.length - (this.box.scrollTop + this.box.clientHeight) / ROW;
      if (left < MORE_ROWS) onNearEnd();
      if (this.box.scrollTop < ROW) onNearStart();
    }, {passive: true});
    new ResizeObserver(() => this.draw()).observe(this.box);
  }

  get current() { return this.items[this.selected] ?? null; }
  get isAtTop() { return this.box.scrollTop < ROW; }
  /** The numbers of what is in sight. */
  get visible() { const [first, last] = this.range(); return this.items.slice(first, last).filter(item => !item.gap).map(item => item.id); }

  /** Takes other items; the selection stays with its delivery. `keepsPlace`: what is in sight stays where it is, though rows come above. */
  take(items, {keepsPlace = false} = {}) {
    const key = keyOf(this.current), topIndex = Math.floor(this.box.scrollTop / ROW), top = keyOf(this.items[topIndex]);
    const offset = this.box.scrollTop - topIndex * ROW;
    this.items = items;
    this.selected = key === null ? -1 : items.findIndex(item => keyOf(item) === key);
    $('spacer').style.height = `${items.length * ROW}px`;
    const place = keepsPlace && top !== null ? items.findIndex(item => keyOf(item) === top) : -1;
    if (place >= 0) this.box.scrollTop = place * ROW + offset;
    this.draw();
  }

  /** Selects an item by its place. */
  select(place, opens = false) {
    if (!this.items.length) return;
    this.selected = Math.min(Math.max(0, place), this.items.length - 1);
    this.intoSight();
    this.draw();
    this.onSelect(this.current, opens);
  }

  /** A click; with Shift it is compared with the selected one. */
  choose(place, hasShift) {
    const item = this.items[place], {current} = this;
    if (hasShift && current && item !== current && !item.gap && !current.gap) { getSelection().empty(); this.onCompare(current, item); } else this.select(place, true);
  }

  selectId(id, opens = false) {
    const place = this.items.findIndex(item => item.id === id);
    if (place >= 0) this.select(place, opens);
    return place >= 0;
  }

  intoSight() {
    const top = this.selected * ROW;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    else if (top + ROW > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top + ROW - this.box.clientHeight;
  }

  range() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / ROW) - 6);
    return [first, Math.min(this.items.length, first + Math.ceil(this.box.clientHeight / ROW) + 12)];
  }

  /** Draws what is in sight anew. */
  draw() {
    this.nodes.clear();
    this.place();
  }

  /** Draws what has come into sight, and removes what has left it. */
  place() {
    const [first, last] = this.range(), nodes = new Map();
    for (let place = first; place < last; place += 1) nodes.set(place, this.nodes.get(place) ?? this.row(this.items[place], place));
    this.nodes = nodes;
    $('spacer').replaceChildren(...nodes.values());
    if (this.selected >= first && this.selected < last) this.box.setAttribute('aria-activedescendant', `row-${this.selected}`);
    else this.box.removeAttribute('aria-activedescendant');
  }

  row(item, place) {
    const common = {
      role: 'option', id: `row-${place}`, 'aria-selected': String(place === this.selected), 'aria-setsize': this.items.length, 'aria-posinset': place + 1,
      vars: {y: `${place * ROW}px`}, on: {click: event => this.choose(place, event.shiftKey)},
    };
    return item.gap ? gapRow(item, common) : this.deliveryRow(item, common);
  }

  deliveryRow(item, common) {
    const [sign, color, word] = signatureOf(item), name = nameOf(item), app = appOf(item), kind = KINDS[item.mark];
    const when = isToday(item.received_at) ? `#${item.id}` : dayOf(item.received_at);
    return h('div', {...common, 'data-id': item.id, cls: `row${this.marked === item.id ? ' marked' : ''}`, 'aria-label': `${name}, ${dayOf(item.received_at)} ${clockOf(item.received_at)}, ${word}, ${app.spoken}. ${item.what}`},
      h('span', {cls: `v ${color}`, title: word}, icon(sign)),
      h('time', {cls: 'num'}, clockOf(item.received_at)),
      h('span', {cls: 'type'}, h('span', {cls: 'cut'}, name), item.signature !== 'valid' || item.reconstructed ? h('span', {cls: `cut ${color}`}, word) : null,
        item.imported && h('span', {cls: 'tag'}, 'imported'), item.tags.slice(0, 1).map(tag => h('span', {cls: 'tag cut'}, `@${tag}`)), item.tags.length > 1 && h('span', {cls: 'tag'}, `+${item.tags.length - 1}`)),
      h('span', {cls: `st num ${app.color}`}, app.sign && icon(app.sign), app.sign && ' ', app.text),
      h('span', {cls: 'id num'}, when),
      h('span', {cls: 'what cut'}, kind && [h('span', {cls: `${kind[1]} mono`, 'aria-hidden': 'true'}, kind[0]), ' '], this.lit(item.what)),
      h('span', {cls: `ms num${app.ms ? '' : ' word'}`}, app.ms || app.word));
  }

  /** The searched text, marked. */
  lit(text) {
    const at = this.needle ? text.indexOf(this.needle) : -1;
    return at < 0 ? text : [text.slice(0, at), h('mark', {}, this.needle), text.slice(at + this.needle.length)];
  }
}

const keyOf = item => item ? (item.gap ? `gap ${item.started_at}` : item.id) : null;

function gapRow(item, common) {
  return h('div', {...common, cls: 'row gap', 'aria-label': `Gap until ${clockOf(item.ended_at)}: ${plain(item.reason)}`},
    h('span', {cls: 'v'}, icon('warn')), h('time', {cls: 'num'}, clockOf(item.started_at)), h('span', {cls: 'type cut'}, `gap: ${item.reason}`),
    h('span', {cls: 'id'}, `to ${clockOf(item.ended_at)}`), h('span', {cls: 'what cut'}, 'Nothing could arrive.'));
}

/** What the application made of it. */
export function appOf(item) {
  const answered = item.response_status ?? 'no answer';
  if (item.app === null) return {text: answered, color: 'quiet', sign: null, ms: '', word: 'not sent on', spoken: `answered ${answered}, not sent on`};
  if (item.app_waiting) return {text: 'waiting', color: 'warn', sign: 'clock', ms: '', word: 'to be sent', spoken: 'still to be sent to the app'};
  const late = item.app_ms > 5000, text = item.app.replaceAll('_', ' ');
  const shown = text.replace('connection refused', 'refused').replace('answer timed out', 'timed out');
  return {text: shown, color: item.app_ok ? late ? 'warn' : '' : 'bad', sign: item.app_ok ? late ? 'clock' : null : 'bad', ms: duration(item.app_ms), word: '', spoken: `app: ${text}`};
}

/** Rows with the gaps at their times, the newest first. */
export function withGaps(rows, gaps) {
  const items = [...rows];
  for (const gap of gaps) {
    const place = items.findIndex(item => !item.gap && item.received_at < gap.ended_at);
    items.splice(place < 0 ? items.length : place, 0, {gap: true, ...gap});
  }
  return items;
}
