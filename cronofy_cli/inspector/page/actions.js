// What the buttons do. Everything is sent from the server's side; here it is asked for, and agreed to.
import {h} from './shared/dom.js';
import {ask, choice, field, say, whenFree} from './shared/dialog.js';
import {download, get, post, text} from './api.js';
import {problemOf} from './json.js';
import {VERDICTS, duration, nameOf, number, whenOf} from './words.js';

export async function copy(value, said) {
  try {
    await navigator.clipboard.writeText(value);
    say(said ?? `Copied: ${value.slice(0, 60)}${value.length > 60 ? '…' : ''}`);
  } catch {
    ask('Copy it from here', [h('pre', {cls: 'copied', tabindex: 0}, value)]);
  }
}

const outcome = result => `${result.status ?? result.failure.replaceAll('_', ' ')} in ${duration(result.duration_ms)}`;
const told = results => results.map(result => `${result.verdict ? `${VERDICTS[result.verdict][1]}: ` : ''}the app answered ${outcome(result)}`).join('; ');

/** Sends what is agreed to: another machine is asked about first. */
async function agreed(path, request, onDone) {
  try {
    onDone(await post(path, request));
  } catch (error) {
    if (!error.confirm) throw error;
    ask('Another machine', [h('p', {}, error.confirm)], {yes: 'Send', act: async () => onDone(await post(path, {...request, confirmed: true}))});
    return false;
  }
  return true;
}

const TARGET = () => h('input', {type: 'text', id: 'to', placeholder: '3000/your/hook or a URL', spellcheck: 'false', autocomplete: 'off'});

export async function replay(detail, refresh) {
  const path = `deliveries/${detail.row.id}/replay`, done = results => { say(`#${detail.row.id} ${told(results)}`); refresh(); };
  if (detail.targets.length) {
    try { await agreed(path, {}, done); } catch (error) { say(error.hint ? `${error.message}: ${error.hint}` : error.message); }
    return;
  }
  replayTo(detail, refresh);
}

export function replayTo(detail, refresh) {
  const path = `deliveries/${detail.row.id}/replay`, input = TARGET();
  input.setAttribute('autofocus', '');
  input.value = detail.targets[0] ?? '';
  ask(`Replay #${detail.row.id} to`, [field('To', input), detail.row.signature !== 'valid' && h('p', {cls: 'quiet'}, 'It is sent with the signature that it came with: an app that refuses it does right.')],
    {yes: 'Replay', act: async () => {
      const sent = await agreed(path, {to: input.value.trim()}, results => { say(`#${detail.row.id} ${told(results)}`); refresh(); });
      if (!sent) throw new Error('');   // the question about the other machine has taken this dialog's place
    }});
}

export async function edit(detail, onSent) {
  if (detail.shown.body === undefined) return say('Its body is not text: it cannot be edited here');
  const labels = await get('secrets').catch(() => []), raw = detail.shown.body;
  const note = h('p', {cls: 'quiet', role: 'status'}), area = h('textarea', {id: 'body', rows: 14, spellcheck: 'false', 'aria-label': 'Body', autofocus: true, value: raw});
  const check = () => {
    const problem = problemOf(area.value);
    note.className = problem ? 'bad' : area.value === raw ? 'quiet' : 'ok';
    note.textContent = problem ? `Not JSON any more: ${problem}. It can be sent all the same.` : area.value === raw ? 'Unchanged; it is signed again and sent as it stands.' : 'Changed; it is signed again and sent as it stands.';
  };
  area.addEventListener('input', check);
  check();
  const signs = choice('sign', [...(labels.length > 1 ? [['all', 'all, separated by commas']] : []), ...labels.map(label => [label, `“${label}”`]), ['wrong', 'a wrong secret'], ...(labels.length ? [['nothing', 'nothing']] : [])]);
  const to = TARGET();
  to.value = detail.targets[0] ?? '';
  await whenFree();
  ask(`Edit #${detail.row.id} and replay it signed again`, [area, note, !labels.length && h('p', {cls: 'quiet'}, 'No client secret is known here: sign in, or give inspect --client-secret-file.'), field('Signed with', signs), field('To', to)],
    {yes: 'Sign and send', act: async () => {
      const request = {body: area.value, sign: signs.value, ...(to.value.trim() ? {to: to.value.trim()} : {})};
      const sent = await agreed(`deliveries/${detail.row.id}/replay`, request, results => { say(`Edited #${detail.row.id}: the app answered ${results.map(outcome).join('; ')}`); onSent(results); });
      if (!sent) throw new Error('');
    }});
}

export function tag(detail, refresh) {
  const input = h('input', {type: 'text', id: 'tag', autofocus: true, spellcheck: 'false', autocomplete: 'off'}), path = `deliveries/${detail.row.id}/tag`;
  const remove = name => h('button', {type: 'button', cls: 'btn', on: {click: async event => { event.target.disabled = true; await post(path, {name, remove: true}); event.target.remove(); refresh(); }}}, `Remove @${name}`);
  ask(`Tag #${detail.row.id}`, [field('Name, for one delivery; find it again as @name', input), detail.row.tags.length > 0 && h('p', {cls: 'tags'}, detail.row.tags.map(remove))],
    {yes: 'Tag', act: async () => { await post(path, {name: input.value.trim()}); say(`#${detail.row.id} is @${input.value.trim().replace(/^@/, '')}`); refresh(); }});
}

export function exportFound(detail, q, found) {
  const which = choice('which', [...(detail ? [['this', `this one, #${detail.row.id}`]] : []), ['found', `${found} found`]]), form = choice('form', [['ndjson', 'NDJSON'], ['har', 'HAR'], ['curl', 'curl script'], ['pytest', 'pytest fixture']]);
  const redact = h('input', {type: 'checkbox', checked: true});
  ask('Export', [field('Which', which), field('As', form), h('label', {}, redact, ' Redact signatures, credentials, addresses, URLs and e-mails')],
    {yes: 'Download', act: async () => {
      await download('export', {format: form.value, redact: redact.checked ? 'yes' : 'no', ...(which.value === 'this' ? {ids: detail.row.id} : {q})});
      say(`Downloaded: deliveries.${{curl: 'sh', pytest: 'py'}[form.value] ?? form.value}`);
    }});
}

export const copyCurl = async detail => copy(await text(`deliveries/${detail.row.id}/curl`), 'Copied as curl: the signature in it is the stored one');
export const copyPytest = async detail => copy(await text('export', {format: 'pytest', redact: 'no', ids: detail.row.id}), 'Copied as a pytest fixture');
export const copyBody = detail => detail.shown.body === undefined ? download(`deliveries/${detail.row.id}/body`) : copy(detail.shown.body);

export async function compare(a, b, onSwap) {
  const {differences: found, events, more_events: more} = await get('compare', {a: a.id, b: b.id}), app = row => row.app ?? 'not sent on', parts = [['app', 'Your app'], ['events', 'What changed'], ['result', 'Signature and answer'], ['header', 'Head'], ['body', 'Body']];
  const kept = [['app', 'result', app(a), app(b)], ['events', 'in short', a.what, b.what]].filter(([, , before, after]) => before !== after).map(([part, place, before, after]) => ({part, place, before, after}));
  const ofEvents = events.flatMap(({title, fields}) => fields.map(({label, before, after}) => ({part: 'events', place: `“${title}” ${label}`, before, after})));
  const differences = [...kept, ...ofEvents, ...found.map(each => (each.part === 'bytes' ? {...each, part: 'body'} : each))];
  const lines = parts.flatMap(([part, title]) => {
    const some = differences.filter(each => each.part === part);
    return [h('tr', {cls: some.length ? 'section' : 'section same'}, h('th', {scope: 'rowgroup', colspan: 3}, title, some.length ? '' : ': the same')),
      ...some.map(each => h('tr', {cls: 'other'}, h('th', {scope: 'row'}, '≠ ', each.place), h('td', {}, each.before ?? 'not there'), h('td', {}, each.after ?? 'not there'))),
      part === 'events' && more > 0 && h('tr', {}, h('td', {colspan: 3}, `and ${more} more event${more === 1 ? ' that differs' : 's that differ'}`))];
  });
  await whenFree();
  ask(`A #${a.id} and B #${b.id}: ${differences.length || 'no'} difference${differences.length === 1 ? '' : 's'}`, [h('table', {cls: 'cmp'}, h('thead', {}, h('tr', {}, h('td', {}), h('th', {scope: 'col'}, `A  ${nameOf(a)}`), h('th', {scope: 'col'}, `B  ${nameOf(b)}`))), h('tbody', {}, lines))], {yes: 'Make B the new A', act: () => onSwap()});
}

/** What needs a look among what is found, by its reason. `go(q)` searches, `open(id)` shows a delivery. */
export async function failures(q, go, open) {
  const {failures: found, is_more: isMore} = await get('failures', {q});
  const leave = act => ({type: 'button', cls: 'btn plain', on: {click: () => { document.getElementById('dialog').close(); act(); }}});
  const line = each => h('tr', {}, h('th', {scope: 'row'}, h('button', leave(() => go(each.search)), each.reason)), h('td', {cls: 'num'}, number(each.count)),
    h('td', {cls: 'num'}, each.count > 1 && `${whenOf(each.first_at)} to `, whenOf(each.last_at)), h('td', {}, h('button', leave(() => open(each.latest_id)), `#${each.latest_id}`)));
  await whenFree();
  ask('What needs a look, by its reason', found.length ? [h('table', {cls: 'reasons'}, h('thead', {}, h('tr', {}, ['Reason', 'Count', 'When', 'Latest'].map(name => h('th', {scope: 'col'}, name)))), h('tbody', {}, found.map(line))),
    isMore && h('p', {cls: 'quiet'}, 'Only the newest 2,000 were looked at.')] : h('p', {cls: 'ok'}, q ? 'Nothing of what is found.' : 'Nothing.'));
}

export async function why(detail, command) {
  const channel = detail.row.channel_id;
  if (!channel) return ask('Why', [h('p', {}, 'This delivery names no channel, so there is none to ask Cronofy about. For all channels:'), command('cronofy why')]);
  say(`Asking Cronofy about ${channel} …`);
  let conclusion;
  try { ({conclusion} = await post('why', {channel_id: channel})); } catch (error) { await whenFree(); return ask(`Why, for ${channel}`, [h('p', {cls: 'bad'}, error.message), error.hint && h('p', {}, error.hint), command(`cronofy why --channel ${channel}`)]); }
  const causeOf = cause => h('li', {}, h('p', {}, h('strong', {cls: cause.likelihood === 'certain' ? 'bad' : 'warn'}, cause.likelihood), ' ', cause.sentence), h('p', {cls: 'quiet'}, cause.hint));
  await whenFree();
  return ask(`Why, for ${channel}`, [
    conclusion.causes.length ? h('ol', {cls: 'causes'}, conclusion.causes.map(causeOf)) : h('p', {cls: 'ok'}, 'Nothing wrong was found.'),
    conclusion.worth_knowing.length > 0 && [h('h3', {}, 'Worth knowing'), h('ul', {cls: 'causes'}, conclusion.worth_knowing.map(causeOf))],
    h('details', {}, h('summary', {}, 'Checked'), h('ul', {}, conclusion.checked.map(each => h('li', {}, `${each.what}: ${each.finding}`)), conclusion.not_checked.map(each => h('li', {cls: 'quiet'}, `could not check ${each.what}: ${each.reason}`)))), command(`cronofy why --channel ${channel}`)]);
}
