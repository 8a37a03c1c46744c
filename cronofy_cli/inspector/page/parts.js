// The parts of the details below what changed: signature, application, timing, request.
import {h, icon, segment} from './shared/dom.js';
import {FIRST_LINES, hexDump, prettyLines, problemOf} from './json.js';
import {LIMIT_MS, SIGNATURES, VERDICTS, bytes, duration, preciseOf} from './words.js';

const SECRET = /^(authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-auth.*)$/i;
const pairs = list => h('dl', {cls: 'kv'}, list.filter(Boolean).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
const headerOf = (detail, name) => detail.shown.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);

/** `found` is the diagnosis; null while it is worked out. */
export function signaturePart(detail, found) {
  const {row} = detail, [sign, color] = SIGNATURES[row.signature], sent = headerOf(detail, 'cronofy-hmac-sha256').flatMap(value => value.split(',').map(each => each.trim()));
  const header = ['header', sent.length ? h('ul', {}, sent.map(value => h('li', {}, h('code', {}, value)))) : 'not there'];
  const command = ['in a terminal', h('code', {}, `cronofy verify --delivery ${row.id}`)];
  const lead = {
    valid: `Signed with the client secret “${row.secret}”.`, unknown: 'Not checked: no client secret was known here.',
    invalid: 'The signature does not match.', unsigned: 'There is no signature.',
  }[row.signature];
  const more = row.reconstructed ? 'Made by this tool for what was missed, and signed with your own client secret.' : row.imported ? 'It came from a file, and was checked here.' : null;
  const title = found?.explanation ?? lead;
  return h('div', {cls: 'box verdict'}, h('p', {cls: `lead ${color}`}, icon(sign), ' ', title), more && h('p', {}, more), found?.hint && h('p', {}, found.hint),
    pairs([header, found?.cause && ['cause', [h('code', {}, found.cause), found.detail && [' · ', h('code', {}, found.detail)], found.confidence !== 'none' && ` · ${found.confidence}`]],
      found?.evidence?.length ? ['evidence', h('ul', {}, found.evidence.map(each => h('li', {}, each)))] : null,
      found?.secret && ['secret', found.secret], found?.also?.length ? ['also', found.also.map(each => each.cause).join(', ')] : null, command]));
}

export function appPart(detail, edited) {
  const {shown, owed, row} = detail, tries = [...shown.forwards.map((forward, place) => ({...forward, verdict: detail.verdicts[place]})), ...edited];
  const waits = owed.map(target => h('p', {cls: 'advice'}, h('span', {cls: 'warn'}, icon('clock')), h('span', {}, 'Still to be sent to ', h('code', {}, target), '.')));
  if (!tries.length) {
    const why = row.signature === 'valid' || row.signature === 'unknown' ? 'It was to be sent nowhere: listen was given no target for it.' : 'What is not signed by Cronofy is never sent on to the app. ‘listen --signature warn’ would.';
    return [waits, waits.length ? null : h('p', {cls: 'quiet'}, why)];
  }
  return [waits, h('div', {cls: 'box'}, tries.map(tryOf))];
}

function tryOf(forward) {
  const ok = forward.succeeded, verdict = VERDICTS[forward.verdict], head = forward.response_head.split(/\r?\n/).slice(1).filter(Boolean);
  const body = forward.response_body ?? (forward.response_body_base64 ? hexDump(forward.response_body_base64, 512) : '');
  const kind = forward.is_edited ? 'edited and sent, not kept' : forward.replay ? 'replay' : `forward ${forward.attempt}`;
  return h('div', {cls: 'try'},
    h('div', {cls: 'line'}, h('strong', {cls: ok ? 'ok' : 'bad'}, icon(ok ? 'ok' : 'bad'), ' ', forward.status ?? forward.failure.replaceAll('_', ' ')), h('span', {cls: 'num'}, duration(forward.duration_ms)),
      verdict && h('strong', {cls: verdict[0]}, verdict[1]), h('code', {cls: 'target'}, forward.target),
      h('span', {cls: 'quiet'}, `${kind}, ${preciseOf(forward.started_at)}${forward.address ? `, ${forward.address}` : ''}`)),
    (head.length > 0 || body) && h('pre', {tabindex: 0, 'data-key': `response ${forward.started_at}`, 'aria-label': 'Response'}, head.length ? `${head.join('\n')}\n` : '', head.length && body ? '\n' : '', body.slice(0, 4000), body.length > 4000 || forward.response_body_is_cut ? '\n… cut' : ''),
    forward.reason && h('p', {cls: 'quiet'}, forward.reason),
    forward.hint && h('p', {cls: 'advice'}, h('span', {cls: 'warn'}, icon('warn')), h('span', {}, forward.hint)));
}

const LONGEST_MS = 30000;
const along = ms => `${Math.log10(Math.min(Math.max(ms, 1), LONGEST_MS)) / Math.log10(LONGEST_MS) * 100}%`;

export function timingPart(detail) {
  const {shown, row} = detail, start = Date.parse(shown.received_at), since = time => time === null ? null : Math.max(Date.parse(time) - start, 0);
  const first = shown.forwards.find(forward => !forward.replay && forward.status !== null);
  const app = first && Date.parse(first.started_at) + first.duration_ms - start;
  const lanes = [
    ['recorded on disk', since(shown.recorded_at), ''], [`answered Cronofy ${row.response_status ?? 'too late'}`, since(shown.answered_at), ''],
    first && ['your app answered', app, app > LIMIT_MS ? 'late' : 'side'], ['events read', since(shown.events_read_at), 'side'],
  ].filter(lane => lane && lane[1] !== null);
  if (!lanes.length) return h('p', {cls: 'quiet'}, row.imported || row.reconstructed ? 'It was not received here, so there is nothing to measure.' : 'Not known: an earlier version has recorded it.');
  return h('div', {cls: 'box scale', vars: {limit: along(LIMIT_MS)}},
    lanes.map(([name, ms, cls]) => h('div', {cls: 'lane'}, h('span', {}, name), h('div', {cls: 'track'}, h('i', {cls: `dot ${cls}`, vars: {x: along(ms)}})), h('span', {cls: 'num'}, duration(ms), cls === 'late' && h('span', {cls: 'sr'}, ', over the limit')))),
    h('div', {cls: 'lane', 'aria-hidden': 'true'}, h('span', {}), h('div', {cls: 'ticks'}, [[1, '1 ms'], [10, '10'], [100, '100'], [1000, '1 s'], [5000, '5 s']].map(([ms, text]) => h('span', {vars: {x: along(ms)}}, text))), h('span', {})),
    h('p', {cls: 'quiet'}, '●  Cronofy waits for it     ○  after the answer     ◆  over 5 s: only --ack app would make Cronofy wait for it'));
}

export const bodyChoice = (pretty, choose) => segment('Body', [[false, 'Raw', 'Raw (w)'], [true, 'Pretty', 'Pretty (w)']], pretty, choose);

export function requestPart(detail, pretty, {onPath, onWhole, isWhole, revealed, onReveal}) {
  const {shown} = detail, target = `${shown.method} ${shown.target} HTTP/1.1`;
  return h('div', {cls: 'box raw'},
    h('pre', {cls: 'hd', tabindex: 0, 'data-key': 'head', 'aria-label': 'Head'}, target, '\n', shown.headers.map(([name, value], place) => [h('b', {}, name), ': ', SECRET.test(name) && !revealed.has(place) ? hidden(place, onReveal) : value, '\n'])),
    h('hr'), bodyOf(shown, pretty, {onPath, onWhole, isWhole}));
}

const hidden = (place, onReveal) => h('button', {type: 'button', cls: 'btn plain', 'data-key': `header ${place}`, on: {click: () => onReveal(place)}}, 'hidden: show');

function bodyOf(shown, pretty, {onPath, onWhole, isWhole}) {
  if (shown.body === undefined) return h('pre', {tabindex: 0, 'data-key': 'body', 'aria-label': 'Body in hexadecimal'}, hexDump(shown.body_base64, isWhole ? Infinity : 4096));
  if (shown.body === '') return h('p', {cls: 'quiet'}, 'The body is empty.');
  const problem = pretty ? problemOf(shown.body) : null;
  const lines = pretty && problem === null ? prettyLines(shown.body, onPath) : shown.body.split('\n').map(line => [line]);
  const most = isWhole ? lines.length : FIRST_LINES;
  return [problem && h('p', {cls: 'bad'}, `Not JSON: ${problem}`), h('pre', {tabindex: 0, 'data-key': 'body', 'aria-label': 'Body'}, lines.slice(0, most).map((line, place) => [place ? '\n' : '', line])),
    lines.length > most && h('button', {type: 'button', cls: 'btn', 'data-key': 'whole', on: {click: onWhole}}, `Show all ${lines.length} lines`)];
}

export const sizeOf = detail => bytes(detail.size);
