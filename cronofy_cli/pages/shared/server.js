// Calls to the server that this page came from, and its events as they happen.

/** The server answered, and said no. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The server does not answer. */
export class Unreachable extends Error {}

/** Returns the JSON of an answer. `sentence` makes a sentence of the status and document of a refusal, or null. */
export async function request(method, path, body, {headers = {}, sentence = explain} = {}) {
  let response;
  try {
    response = await fetch(path, {
      method, redirect: 'error', cache: 'no-store', credentials: 'same-origin',
      ...(body === undefined ? {headers} : {headers: {'Content-Type': 'application/json', ...headers}, body: JSON.stringify(body)}),
    });
  } catch {
    throw new Unreachable('the server does not answer');
  }
  const text = await response.text();
  let document = null;
  try { document = text ? JSON.parse(text) : null; } catch { /* not JSON: the text is the reason */ }
  if (!response.ok) throw new Refused(response.status, sentence(response.status, document) ?? ((document === null && text) || `refused (${response.status})`));
  return document;
}

const explain = (status, document) => document?.message ?? null;

const RETRY_MS = 5000;

/**
 * Follows server-sent events. `on` maps names of events to what takes their data; `onState` takes true when connected and false
 * when the connection is lost, which is tried again until `close()` of what is returned.
 */
export function follow(path, on, onState) {
  let source, timer, closed = false;
  const open = () => {
    source = new EventSource(path);
    source.addEventListener('open', () => onState(true));
    source.addEventListener('error', () => {
      if (closed) return;
      onState(false);
      // The browser tries again by itself, but not after an answer that is none of events.
      source.close();
      clearTimeout(timer);
      timer = setTimeout(open, RETRY_MS);
    });
    for (const [name, take] of Object.entries(on)) source.addEventListener(name, event => take(JSON.parse(event.data), event.lastEventId));
  };
  open();
  return {
    close() { closed = true; clearTimeout(timer); source.close(); },
    /** Tries again now. */
    retry() { clearTimeout(timer); source.close(); open(); },
  };
}
