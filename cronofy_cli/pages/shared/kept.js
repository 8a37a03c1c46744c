// What the browser remembers of the user's choices. Private windows may refuse it; then it lasts as long as the page.
const lost = new Map();

export function kept(name) {
  try { return localStorage.getItem(`cronofy-${name}`); } catch { return lost.get(name) ?? null; }
}

/** null forgets it. */
export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(`cronofy-${name}`);
    else localStorage.setItem(`cronofy-${name}`, value);
  } catch {
    lost.set(name, value);
  }
}
