// JSON for people: the digits of numbers and the spelling of texts stay as they came, since parsing and printing would change them.
import {h} from './shared/dom.js';

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:])/y;
export const FIRST_LINES = 500;

/** Returns why a text is no JSON, or null. */
export function problemOf(text) {
  try { JSON.parse(text); return null; } catch (error) { return error.message; }
}

/** Returns lines of nodes. A key is a button that hands its path to `onPath`, in the form that where: takes. */
export function prettyLines(text, onPath) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  for (let match; (match = TOKEN.exec(text));) tokens.push(match[1]);
  const lines = [[]], stack = [];
  const put = (...nodes) => lines.at(-1).push(...nodes), fresh = () => lines.push(['  '.repeat(stack.length)]);
  tokens.forEach((token, place) => {
    const inside = stack.at(-1), next = tokens[place + 1];
    if (token === '{' || token === '[') {
      stack.push({list: token === '[', index: 0, key: null});
      put(h('span', {cls: 'p'}, token));
      if (next !== '}' && next !== ']') fresh();
    } else if (token === '}' || token === ']') {
      stack.pop();
      if (tokens[place - 1] !== '{' && tokens[place - 1] !== '[') fresh();
      put(h('span', {cls: 'p'}, token));
    } else if (token === ',') {
      put(h('span', {cls: 'p'}, ','));
      if (inside) inside.index += 1;
      fresh();
    } else if (token === ':') put(h('span', {cls: 'p'}, ': '));
    else if (next === ':' && inside && !inside.list) {
      inside.key = token;
      const path = pathOf(stack);
      put(h('button', {type: 'button', cls: 'k', tabindex: '-1', title: `Copy ${path}`, on: {click: () => onPath(path)}}, token));
    } else put(h('span', {cls: token[0] === '"' ? 's' : 'n'}, token));
  });
  return lines;
}

function pathOf(stack) {
  let path = '';
  for (const level of stack) {
    if (level.list) path += `[${level.index}]`;
    else if (level.key) {
      const key = JSON.parse(level.key);
      path += `${path ? '.' : ''}${/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : level.key}`;
    }
  }
  return path;
}

/** Bytes as a hexadecimal dump. */
export function hexDump(base64, most = 4096) {
  const raw = atob(base64), lines = [];
  for (let start = 0; start < Math.min(raw.length, most); start += 16) {
    const part = raw.slice(start, start + 16), codes = [...part].map(character => character.charCodeAt(0));
    lines.push(`${start.toString(16).padStart(6, '0')}  ${codes.map(code => code.toString(16).padStart(2, '0')).join(' ').padEnd(47)}  ${codes.map(code => code > 31 && code < 127 ? String.fromCharCode(code) : '.').join('')}`);
  }
  return lines.join('\n') + (raw.length > most ? `\n… ${raw.length - most} more bytes` : '');
}
