// Keys that act on the whole page. They can be switched off (WCAG 2.1.4), except for arrows, Enter, Escape and Tab.
import {h} from './dom.js';
import {ask} from './dialog.js';
import {kept, keep} from './kept.js';

const SINGLE = 'single-keys';
const ALWAYS = /^(Arrow.*|Enter|Escape|Home|End|PageUp|PageDown|Delete)$/;

/** `table` holds {key, words, act, shown}: the keys, and what they do. `first` sees every key before it; true means that it was taken. */
export function listenForKeys(table, first = () => false) {
  const acts = new Map(table.flatMap(row => [row.key].flat().map(key => [key, row.act])));
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    // Of a dialog that was closed just now, a field may have the focus for a moment more.
    if (event.target.matches('input:not([type="checkbox"]), select, textarea') && !event.target.closest('dialog')) return;
    if (first(event)) return event.preventDefault();
    const act = acts.get(event.key);
    if (!act || !ALWAYS.test(event.key) && kept(SINGLE) === 'off') return;
    event.preventDefault();
    act(event);
  });
}

/** The list of keys, and the switch. */
export function showKeys(table) {
  const rows = table.filter(row => row.words).map(row => h('div', {}, h('dt', {}, h('kbd', {}, row.shown ?? [row.key].flat().join(' '))), h('dd', {}, row.words)));
  const box = h('input', {type: 'checkbox', checked: kept(SINGLE) !== 'off', on: {change: event => keep(SINGLE, event.target.checked ? null : 'off')}});
  ask('Keys', [h('dl', {cls: 'keys'}, rows), h('label', {}, box, ' Single keys act (off: only arrows, Enter, Escape and Tab)')]);
}
