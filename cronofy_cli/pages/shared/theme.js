// Light, dark, or as the system has it. Loading this module applies what was chosen earlier.
import {kept, keep} from './kept.js';

const NAME = 'theme', NEXT = {system: 'dark', dark: 'light', light: 'system'}, WORDS = {system: 'as the system', dark: 'dark', light: 'light'};

function apply(theme) {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

const current = () => (kept(NAME) in NEXT ? kept(NAME) : 'system');

/** Goes on to the next one and returns its name in words. */
export function nextTheme() {
  const theme = NEXT[current()];
  keep(NAME, theme === 'system' ? null : theme);
  apply(theme);
  return WORDS[theme];
}

apply(current());
