// The details of one delivery: one page in the order of a developer's questions, with five facts on top that lead to its parts.
import {$, fill, h, icon} from './shared/dom.js';
import {appOf} from './list.js';
import {SHOWS, changesOf} from './changes.js';
import {appPart, bodyChoice, requestPart, signaturePart, sizeOf, timingPart} from './parts.js';
import {clockOf, dayOf, duration, nameOf, signatureOf, spanOf} from './words.js';

/** `acts` are the buttons: {label, key, act, primary, needs}. */
export class Detail {
  constructor({acts, onBack, onCopy}) {
    this.acts = acts;
    this.onBack = onBack;
    this.onCopy = onCopy;
    this.week = 'both';
    this.pretty = true;
    this.whole = false;
    this.revealed = new Set();   // values of headers that were asked for
    this.detail = null;
    this.found = null;
    this.edited = [];
    this.can = true;
    this.marked = null;
    $('detail').addEventListener('scroll', () => this.follow(), {passive: true});
  }

  /** Shows a delivery; `found` is the diagnosis of its signature, null while it is not known. */
  show(detail, found, {fresh = false} = {}) {
    if (detail.row.id !== this.detail?.row.id) { this.whole = false; this.edited = []; this.revealed.clear(); }
    this.detail = detail;
    this.found = found;
    this.draw();
    if (fresh) $('detail').scrollTop = 0;
  }

  /** Shows something else in its place. */
  instead(...content) {
    this.detail = null;
    fill($('detail'), content);
  }

  nextWeek() { this.week = SHOWS[(SHOWS.indexOf(this.week) + 2) % 3]; this.draw(); }
  togglePretty() { this.pretty = !this.pretty; this.draw(); this.jump(5); }

  draw() {
    const {detail} = this;
    if (!detail) return;
    const [side, changes] = changesOf(detail, this.week, show => { this.week = show; this.draw(); });
    const choose = pretty => { this.pretty = pretty; this.draw(); };
    const options = {onPath: path => this.onCopy(path, `Copied ${path}, as where: takes it`), onWhole: () => { this.whole = true; this.draw(); }, isWhole: this.whole, revealed: this.revealed, onReveal: key => { this.revealed.add(key); this.draw(); }};
    const top = $('detail').scrollTop;
    fill($('detail'), this.head(detail),
      this.part(1, 'What changed', sinceOf(detail), side, [gapNote(detail), changes]),
      this.part(2, 'Signature', '', null, signaturePart(detail, this.found)),
      this.part(3, 'Your app', '', null, appPart(detail, this.edited)),
      this.part(4, 'Timing', 'logarithmic; the red line is Cronofy’s limit', null, timingPart(detail)),
      this.part(5, 'Request', detail.row.reconstructed ? 'made by this tool' : 'as it came, byte for byte', bodyChoice(this.pretty, choose), requestPart(detail, this.pretty, options)),
      this.commands(detail));
    $('detail').scrollTop = top;
    this.follow();
  }

  part(place, title, note, side, ...content) {
    return h('section', {cls: 'part', id: `part-${place}`, 'aria-labelledby': `title-${place}`},
      h('header', {}, h('h3', {id: `title-${place}`}, title), h('span', {cls: 'quiet'}, note), h('span', {cls: 'grow'}), side), content);
  }

  /** The same in a terminal, to copy. */
  commands({row, targets}) {
    const quoted = text => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
    return h('div', {cls: 'part commands'}, [`cronofy deliveries show ${row.id}`, `cronofy deliveries replay ${row.id} --to ${quoted(targets[0] ?? '3000/your/hook')}`].map(text =>
      h('div', {cls: 'box cmdline'}, h('code', {tabindex: 0, 'data-key': text}, text), h('button', {type: 'button', cls: 'btn', on: {click: () => this.onCopy(text)}}, icon('copy'), 'Copy'))));
  }

  head(detail) {
    const {row} = detail, received = row.received_at;
    const button = ({label, key, act, primary, needs}) => {
      const off = needs && !this.can;
      return h('button', {type: 'button', cls: `btn${primary ? ' primary' : ''}`, 'data-key': `act ${key}`, 'aria-keyshortcuts': key, disabled: off, title: off ? 'Needs cronofy inspect or cronofy listen --inspect to run' : null, on: {click: act}},
        typeof label === 'function' ? label(row) : label, h('kbd', {}, key));
    };
    return h('div', {cls: 'head'}, h('div', {cls: 'line'},
      h('button', {type: 'button', cls: 'btn plain back', on: {click: this.onBack}}, '‹ List'),
      h('div', {cls: 'who'}, h('h2', {}, nameOf(row), row.tags.map(tag => h('span', {cls: 'tag'}, `@${tag}`)), row.imported && h('span', {cls: 'tag'}, 'imported')), h('span', {cls: 'quiet num'}, `#${row.id}  ·  ${dayOf(received)}  ·  ${clockOf(received)}`)),
      h('div', {cls: 'acts'}, this.acts.map(button))), this.facts(detail));
  }

  facts(detail) {
    const {row, read, shown} = detail, [sign, color, word] = signatureOf(row), app = appOf(row);
    const fact = (place, label, sign_, color_, value) => h('button', {type: 'button', 'data-key': `fact ${place}`, title: `Go to ${label} (${place})`, on: {click: () => this.jump(place)}}, h('small', {}, `${place}  ${label}`), h('span', {cls: color_}, icon(sign_)), h('b', {}, value));
    const changed = read?.changes?.length ?? 0, took = shown.answered_at && Date.parse(shown.answered_at) - Date.parse(shown.received_at);
    return h('div', {cls: 'facts', role: 'group', 'aria-label': 'Parts'},
      fact(1, 'Events', changed ? 'ok' : 'ask', changed ? 'ok' : 'quiet', !read ? 'not read' : changed ? `${changed} differ${changed === 1 ? 's' : ''}` : 'none differs'),
      fact(2, 'Signature', sign, color, row.signature === 'valid' ? ['signed', h('span', {cls: 'wide'}, `, “${row.secret}”`)] : word),
      fact(3, 'Your app', row.app === null ? 'ask' : app.sign ?? 'ok', row.app === null ? 'quiet' : app.color || 'ok', row.app === null ? 'not sent on' : app.ms ? `${app.text} in ${app.ms}` : app.text),
      fact(4, 'Timing', shown.answered_at ? 'ok' : 'ask', shown.answered_at ? 'ok' : 'quiet', shown.answered_at ? `answered in ${duration(Math.max(took, 0))}` : 'not known'),
      fact(5, 'Request', 'copy', 'quiet', sizeOf(detail)));
  }

  jump(place) {
    $(`part-${place}`)?.scrollIntoView();
    this.current(place);
  }

  /** Says which part is in sight. */
  follow() {
    const box = $('detail');
    let place = 1;
    for (let part = 2; part <= 5; part += 1) if (box.scrollTop > 0 && (($(`part-${part}`)?.getBoundingClientRect().top ?? Infinity) < box.getBoundingClientRect().top + 230)) place = part;
    if (box.scrollTop > 0 && box.scrollTop + box.clientHeight >= box.scrollHeight - 2) place = 5;
    this.current(place);
  }

  current(place) {
    document.querySelectorAll('.facts button').forEach((button, index) => button.setAttribute('aria-current', String(index + 1 === place)));
  }
}

function sinceOf({read}) {
  const since = read?.changes_since, count = read?.delivery_ids.length ?? 0;
  return [since ? `since ${since.slice(11)}` : '', count > 1 ? `${count} notifications, one read` : ''].filter(Boolean).join(', ');
}

function gapNote({gaps, row}) {
  const gap = gaps.at(-1);
  return gap && row.reconstructed && h('p', {cls: 'advice'}, h('span', {cls: 'warn'}, icon('warn')), h('span', {}, `Before it nothing could arrive for ${spanOf(gap.started_at, gap.ended_at)}: ${gap.reason}.`));
}

/** The page of a gap. */
export function gapPage(gap, onBack, command) {
  return h('div', {cls: 'start'}, h('button', {type: 'button', cls: 'btn back', on: {click: onBack}}, '‹ List'),
    h('h2', {}, h('span', {cls: 'warn'}, icon('warn')), ` Gap from ${clockOf(gap.started_at)} to ${clockOf(gap.ended_at)}`),
    h('p', {}, `Nothing could arrive for ${spanOf(gap.started_at, gap.ended_at)}: ${gap.reason}.`),
    h('p', {}, 'What changed meanwhile was read when it was over, unless listen ran with --no-read-events.'), command(`cronofy events read --changes-since ${gap.started_at}`));
}
