// Dialogs and the line that says what was done. The page has <dialog id="dialog" aria-labelledby="dialog-title"> and
// <div id="toast" class="toast" role="status">.
import {$, h, plain} from './dom.js';

let hush;

/** Says what was done, for a moment; screen readers speak it. */
export function say(text) {
  clearTimeout(hush);
  $('toast').textContent = plain(text);
  hush = setTimeout(() => { $('toast').textContent = ''; }, Math.max(3500, text.length * 60));
}

let turn = Promise.resolve();

/** Resolves when no dialog is open, one after the other: what is asked late must not take the place of what somebody types into by then. */
export const whenFree = () => (turn = turn.then(async () => {
  while ($('dialog').open) await new Promise(resolve => { $('dialog').addEventListener('close', resolve, {once: true}); });
}));

/**
 * Opens the dialog. `yes` is the label of the button that acts, and `act` what it does; a promise that is refused keeps the dialog
 * open and shows why. `after` gets its result when the dialog is closed. `extra` stands at the left of the buttons.
 */
export function ask(title, content, {yes, act, after, extra} = {}) {
  const dialog = $('dialog'), problem = h('p', {cls: 'bad', role: 'alert'});
  const close = () => dialog.close();
  let isActing = false;
  const form = h('form', {method: 'dialog', novalidate: true, on: {submit: async event => {
    event.preventDefault();
    if (isActing) return;
    isActing = true;
    problem.textContent = '';
    // It may be closed while it acts, and another one be open by then.
    const isOpen = () => dialog.open && form.isConnected;
    try {
      const result = await act?.();
      if (isOpen()) close();
      after?.(result);
    } catch (error) {
      if (isOpen()) problem.textContent = plain(error.message);
      else if (error.message) say(`${title}: ${error.message}`);
    } finally {
      isActing = false;
    }
  }}},
  h('header', {}, h('h2', {id: 'dialog-title'}, title), h('button', {type: 'button', cls: 'btn plain', on: {click: close}}, 'Close ', h('kbd', {}, 'Esc'))),
  h('div', {cls: 'body'}, content, problem),
  yes && h('footer', {}, extra, h('span', {cls: 'grow'}), h('button', {type: 'button', cls: 'btn', on: {click: close}}, 'Cancel'), h('button', {cls: 'btn primary'}, yes)));
  dialog.replaceChildren(form);
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector('[autofocus]') ?? dialog.querySelector('button')).focus();
}

/** A labelled field of a dialog. */
export const field = (label, input, more) => h('label', {cls: 'field'}, h('span', {}, label), input, more);

/** A choice; options are [value, label] or texts. */
export const choice = (id, options, current) => h('select', {id, value: current},
  options.map(option => { const [value, label] = Array.isArray(option) ? option : [option, option]; return h('option', {value}, label); }));
