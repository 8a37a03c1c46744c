// Building a page. Text from outside enters here and nowhere else, always as a text node; what cannot be seen in it,
// or would turn its direction around, is shown as an escape.

const SVG = 'http://www.w3.org/2000/svg';

// C0 (but tab and line feed) and C1 controls, soft hyphen, combining joiner, fillers, direction marks, zero-width characters and line
// separators, byte order mark, interlinear annotation, tags, lone surrogates. A zero-width joiner inside an emoji is part of it.
const UNSEEN = new RegExp(
  '[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b\\u200c\\u200e\\u200f' +
  '\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}\\ud800-\\udfff]' +
  '|(?<!\\p{Extended_Pictographic}[\\ufe0f\\u{1f3fb}-\\u{1f3ff}]?)\\u200d', 'gu');

const escape = character => {
  const code = character.codePointAt(0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : '\\u' + code.padStart(4, '0');
};

/** Text for attributes and sentences: what cannot be seen is escaped. */
export const plain = text => String(text).replace(UNSEEN, escape);

/** Text as nodes, with the escapes marked as such. */
export function seen(text) {
  const nodes = [];
  let from = 0;
  for (const match of (text = String(text)).matchAll(UNSEEN)) {
    if (match.index > from) nodes.push(document.createTextNode(text.slice(from, match.index)));
    const mark = document.createElement('span');
    mark.className = 'esc';
    mark.textContent = escape(match[0]);
    nodes.push(mark);
    from = match.index + match[0].length;
  }
  if (from < text.length) nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
}

/**
 * An element. `cls` is its class, `on` its listeners, `vars` custom properties for the style sheet, `value` the property;
 * everything else is an attribute. Children are nodes, or text, which becomes text nodes; null, undefined and false are left out.
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value == null || value === false || name === 'value') continue;
    if (name === 'on') for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    else if (name === 'vars') setVars(element, value);
    else element.setAttribute(safe(name, value), value === true ? '' : name === 'cls' ? value : plain(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child == null || child === false) continue;
    if (child instanceof Node) element.append(child);
    else element.append(...seen(child));
  }
  if (properties.value != null) element.value = properties.value;
  return element;
}

function safe(name, value) {
  if (name === 'cls') return 'class';
  if (/^(on|style$|srcdoc$)/i.test(name)) throw new TypeError(`h() sets no ${name}`);
  if (/^(href|src|action|formaction)$/i.test(name) && !/^([.#?]|\/(?![/\\]))/.test(value)) throw new TypeError('h() links to this page only');
  return name;
}

/** Sets custom properties, which the content security policy allows to a script. */
export const setVars = (element, vars) => { for (const [name, value] of Object.entries(vars)) element.style.setProperty(`--${name}`, value); };

export const $ = id => document.getElementById(id);

/**
 * Has an element hold other children. Those at its beginning and end that stay the same, and of as many as before all that do, are left alone, with what is selected, focused or
 * scrolled in them; the focus in what is replaced returns to the element with the same `data-key`.
 */
export function fill(element, ...children) {
  const made = [...h('div', {}, children).childNodes], there = [...element.childNodes], most = Math.min(made.length, there.length);
  let first = 0, last = 0;
  while (first < most && made[first].isEqualNode(there[first])) first += 1;
  while (last < most - first && made.at(-1 - last).isEqualNode(there.at(-1 - last))) last += 1;
  if (first === made.length && first === there.length) return;
  const {activeElement} = document, key = element.contains(activeElement) ? activeElement.dataset.key : undefined;
  if (made.length === there.length) {
    for (let place = first; place < made.length - last; place += 1) if (!made[place].isEqualNode(there[place])) there[place].replaceWith(made[place]);
  } else {
    for (const node of there.slice(first, there.length - last)) node.remove();
    const behind = there[there.length - last] ?? null;
    for (const node of made.slice(first, made.length - last)) element.insertBefore(node, behind);
  }
  if (key !== undefined && document.activeElement !== activeElement) element.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({preventScroll: true});
}

const PATHS = {
  ok: ['o8 8 6.5', 'm5 8.2 2 2L11 6'],
  bad: ['o8 8 6.5', 'm5.8 5.8 4.4 4.4m0-4.4-4.4 4.4'],
  ask: ['o8 8 6.5', 'M6 6.2a2 2 0 1 1 2.7 1.9c-.5.2-.7.5-.7 1.1m0 1.9v.1'],
  warn: ['M8 2 1.5 13.5h13zM8 6.5v3.2m0 1.8v.1'],
  clock: ['o8 8 6.5', 'M8 4.5V8l2.5 1.5'],
  edit: ['m3 13 .6-3L10.5 3 13 5.5 6 12.4z'],
  send: ['M2.5 8h10M9 4l4 4-4 4'],
  call: ['M13.5 8h-10M7 4 3 8l4 4'],
  lock: ['M3.5 8a1 1 0 0 1 1-1h7a1 1 0 0 1 1 1v4.5a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1zM5.5 7V5a2.5 2.5 0 0 1 5 0v2'],
  theme: ['o8 8 6', 'M8 2v12M8 5l4.8-1M8 8.5h6M8 12l4.2-.5'],
  live: ['o8 8 2.5', 'M4 4a5.6 5.6 0 0 0 0 8m8-8a5.6 5.6 0 0 1 0 8'],
  copy: ['M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z'],
  replay: ['M3 8a5 5 0 1 1 1.5 3.5M3 13v-3h3'],
  tag: ['M2.5 2.5h5l6 6-5 5-6-6zM5.5 5.5v.1'],
};

/** A sign from the list above; a word always stands beside it. */
export function icon(name, more = '') {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [key, value] of Object.entries({class: `i ${more}`.trim(), viewBox: '0 0 16 16', 'aria-hidden': 'true'})) svg.setAttribute(key, value);
  for (const path of PATHS[name]) {
    const circle = path.startsWith('o') && path.slice(1).split(' ');
    const shape = document.createElementNS(SVG, circle ? 'circle' : 'path');
    if (circle) ['cx', 'cy', 'r'].forEach((key, index) => shape.setAttribute(key, circle[index]));
    else shape.setAttribute('d', path);
    svg.append(shape);
  }
  return svg;
}

/** Buttons of which one is pressed. Options are [value, label, title]. */
export const segment = (label, options, current, choose) => h('div', {cls: 'seg', role: 'group', 'aria-label': label},
  options.map(([value, text, title]) => h('button', {type: 'button', title, 'data-key': `${label} ${value}`, 'aria-pressed': String(value === current), on: {click: () => choose(value)}}, text)));
