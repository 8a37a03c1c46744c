// Moving an event: by pointer, and the same by keys (m, arrows, Enter).
import {h, plain, setVars} from './shared/dom.js';
import {say} from './shared/dialog.js';
import {release} from './shared/press.js';
import {DAY, dayOf, HOUR, MINUTE, placeOf} from './shared/week.js';
import {moveEvent, titleOf, whenOf} from './acts.js';
import {calendarOf, changed, isLocked, state} from './state.js';
import {focusEvent, reveal} from './choosing.js';

const STEP = 15 * MINUTE, START_PX = 4, EDGE_PX = 28;

const snap = span => Math.round(span / STEP) * STEP;
const refused = event => {
  if (!state.connected) return 'The simulator does not answer: nothing can be moved';
  return isLocked(event) ? `“${plain(calendarOf(event.calendar).name)}” is read-only` : null;
};

/** Begins to drag when the pointer moves. A finger scrolls; a tap opens the form. */
export function startDrag(down, event) {
  if (down.button || down.pointerType === 'touch') return;
  const block = down.currentTarget, column = block.parentElement, scroll = block.closest('.week-scroll'), box = column.getBoundingClientRect();
  const perHour = box.height / 24, isResize = down.target.classList.contains('grip'), top = scroll.scrollTop, midnight = state.firstDay + Number(column.dataset.day) * DAY;
  const was = {start: event.start, end: event.end}, to = {...was};
  const ghost = h('div', {cls: 'ghost week-block', vars: Object.fromEntries(['y', 'h', 'l', 'w'].map(name => [name, block.style.getPropertyValue(`--${name}`)]))});
  const days_shown = scroll.querySelectorAll('.week-column').length;
  let isGoing = false, isOutside = false;

  const onMove = move => {
    if (!isGoing) {
      if (Math.hypot(move.clientX - down.clientX, move.clientY - down.clientY) < START_PX) return;
      const reason = refused(event);
      if (reason) { end(true); say(reason); return; }
      isGoing = true;
      block.classList.add('moving');
      document.documentElement.dataset.dragging = isResize ? 'length' : 'place';
      column.append(ghost);
    }
    const frame = scroll.getBoundingClientRect();
    if (move.clientY < frame.top + EDGE_PX + block.closest('.week').firstElementChild.offsetHeight) scroll.scrollTop -= 12;
    if (move.clientY > frame.bottom - EDGE_PX) scroll.scrollTop += 12;
    const down_ms = snap((move.clientY - down.clientY + scroll.scrollTop - top) / perHour * HOUR), days = Math.round((move.clientX - down.clientX) / box.width);
    if (isResize) to.end = Math.max(was.start + STEP, was.end + down_ms);
    else Object.assign(to, {start: was.start + days * DAY + down_ms, end: was.end + days * DAY + down_ms});
    const index = Number(column.dataset.day) + days, isInFrame = move.clientX >= frame.left && move.clientX <= frame.right && move.clientY >= frame.top - EDGE_PX && move.clientY <= frame.bottom + EDGE_PX;
    isOutside = !isResize && !(isInFrame && index >= 0 && index < days_shown);
    const day = midnight + (isResize ? 0 : days * DAY), place = placeOf({from: Math.max(0, (to.start - day) / HOUR), to: (to.end - day) / HOUR}, 0, 24);
    setVars(block, {...place, l: isResize ? 0 : days, w: 1});
    for (const other of document.querySelectorAll('.week-column')) other.classList.toggle('target', !isResize && !isOutside && days !== 0 && midnight + days * DAY === state.firstDay + Number(other.dataset.day) * DAY);
    const small = block.querySelector('small');
    if (small) small.textContent = isOutside ? 'outside: is put back' : whenOf({...event, ...to});
  };
  const end = isCancelled => {
    ending.abort();
    delete document.documentElement.dataset.dragging;
    if (!isGoing) return;
    changed();
    if (isCancelled || to.start === was.start && to.end === was.end) return;
    // It may have been read again since the drag began.
    moveEvent(state.events.find(one => one.uid === event.uid) ?? event, to.start, to.end);
    focusEvent(event.uid);
  };
  const putBack = () => { const wasGoing = isGoing; end(true); release(); if (wasGoing) say('Put back'); };
  const onUp = () => { end(isOutside); if (isGoing && isOutside) say('Put back: it was dropped outside the week'); };
  const onKey = key => { if (key.key === 'Escape' && isGoing) { key.preventDefault(); key.stopPropagation(); putBack(); } };
  const ending = new AbortController(), {signal} = ending, ofThis = act => pointer => { if (pointer.pointerId === down.pointerId) act(pointer); };
  block.setPointerCapture(down.pointerId);
  // On the window: a block that is drawn again loses what it has captured.
  addEventListener('pointermove', ofThis(onMove), {signal});
  addEventListener('pointerup', ofThis(onUp), {signal});
  addEventListener('pointercancel', ofThis(putBack), {signal});
  addEventListener('blur', putBack, {signal});   // the window's own: that of an element does not bubble
  addEventListener('keydown', onKey, {signal, capture: true});
}

/** Takes an event to move it by keys. */
export function grab(event) {
  const reason = refused(event);
  if (reason) return say(reason);
  state.grabbed = {event, start: event.start, end: event.end};
  changed();
  return say(`Moving “${plain(titleOf(event))}”: arrows move it, Shift with ↑ ↓ changes its length, Enter drops it, Escape puts it back`);
}

function drop(isCancelled) {
  const {event, start, end} = state.grabbed, to = {start: event.start, end: event.end};
  state.grabbed = null;
  Object.assign(event, {start, end});
  reveal(isCancelled ? start : to.start);
  changed();
  focusEvent(event.uid);
  if (isCancelled) return say('Put back');
  return to.start === start && to.end === end ? say('Not moved') : moveEvent(event, to.start, to.end);
}

function step(key, hasShift) {
  const {event} = state.grabbed, days = {ArrowLeft: -DAY, ArrowRight: DAY}[key] ?? 0, minutes = {ArrowUp: -STEP, ArrowDown: STEP}[key] ?? 0;
  if (event.allDay) {
    if (hasShift && minutes) event.end = Math.max(event.start + DAY, event.end + Math.sign(minutes) * DAY);
    else { event.start += days; event.end += days; }
  } else if (hasShift && minutes) event.end = Math.max(event.start + STEP, event.end + minutes);
  else { event.start += days + minutes; event.end += days + minutes; }
  reveal(dayOf(event.start));
  changed();
  focusEvent(event.uid);
  say(whenOf(event));
}

/** Takes the keys while an event is moved; returns whether it took this one. */
export function moveByKey(key) {
  if (!state.grabbed) return false;
  if (key.key.startsWith('Arrow')) step(key.key, key.shiftKey);
  else if (key.key === 'Enter' || key.key === ' ') drop(false);
  else if (key.key === 'Escape') drop(true);
  return true;
}
