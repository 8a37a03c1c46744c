// The inspector's server: calls with the token of this run, and its events. The token comes in the fragment, which browsers send
// to nobody; it is kept for this tab, so that reloading works, and taken out of the address.
import {Refused, Unreachable} from './shared/server.js';

const TOKEN = 'cronofy-inspector-token', RETRY_MS = 5000;

function tokenOfThisRun() {
  const fragment = new URLSearchParams(location.hash.slice(1)), given = fragment.get('token');
  if (given) {
    sessionStorage.setItem(TOKEN, given);
    fragment.delete('token');
    history.replaceState(null, '', `${location.pathname}${fragment.size ? `#${fragment}` : ''}`);
  }
  return given ?? sessionStorage.getItem(TOKEN) ?? '';
}
const token = tokenOfThisRun();

async function send(method, path, body, signal) {
  const headers = {'X-Cronofy-Token': token, ...(body === undefined ? {} : {'Content-Type': 'application/json'})};
  let response;
  try {
    response = await fetch(`api/${path}`, {method, headers, signal, redirect: 'error', cache: 'no-store', credentials: 'omit', body: body === undefined ? undefined : JSON.stringify(body)});
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Unreachable('the inspector does not answer');
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({message: `refused (${response.status})`}));
  throw Object.assign(new Refused(response.status, problem.message), {hint: problem.hint, confirm: problem.confirm, code: problem.code});
}

/** Parameters of a query; what is null or empty is left out. */
export const query = values => new URLSearchParams(Object.entries(values).filter(([, value]) => value != null && value !== '')).toString();
export const get = async (path, values = {}, signal) => (await send('GET', `${path}?${query(values)}`, undefined, signal)).json();
export const post = async (path, body) => (await send('POST', path, body)).json();
export const text = async (path, values = {}) => (await send('GET', `${path}?${query(values)}`)).text();

/** Saves what is at a path as a file. */
export async function download(path, values = {}) {
  const response = await send('GET', `${path}?${query(values)}`), blob = await response.blob(), link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = /filename="([^"]*)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? 'deliveries';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  return blob.size;
}

/**
 * Follows the events once `restart` is called. `values` returns the query of a new connection, so that it goes on where the page is; `on` maps names to what
 * takes their data; `onState` takes true when connected, and false when that is lost, which is tried again until `close()`.
 */
export function follow(values, on, onState) {
  let aborter, timer, closed = false;
  const open = async () => {
    clearTimeout(timer);
    aborter = new AbortController();
    const mine = aborter;
    try {
      const response = await send('GET', `stream?${query(values())}`, undefined, mine.signal);
      onState(true);
      await read(response.body.pipeThrough(new TextDecoderStream()).getReader(), on);
      throw new Unreachable('the inspector has ended');
    } catch (error) {
      if (closed || mine !== aborter || error.name === 'AbortError') return;
      onState(false, error);
      timer = setTimeout(open, RETRY_MS);
    }
  };
  return {
    close() { closed = true; clearTimeout(timer); aborter?.abort(); },
    /** Hears of nothing until `restart()`. */
    pause() { clearTimeout(timer); aborter?.abort(); },
    /** Begins again now, with the query of now. */
    restart() { aborter?.abort(); open(); },
  };
}

async function read(reader, on) {
  let left = '';
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return;
    const blocks = (left + value).split('\n\n');
    left = blocks.pop();
    for (const block of blocks) {
      const name = /^event: (.*)$/m.exec(block)?.[1], data = /^data: (.*)$/m.exec(block)?.[1];
      if (name && data) on[name]?.(JSON.parse(data));
    }
  }
}
