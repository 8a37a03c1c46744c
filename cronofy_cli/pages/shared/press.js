// Whether a button is pressed. Nothing is drawn meanwhile: what is pressed or dragged must still be there when it is let go,
// or the click, the drag and the selection that begin there are lost.
let isDown = false, isKeyDown = false, waiting = [];

export const isPressed = () => isDown || isKeyDown;

/** Resolves when nothing is pressed. Whoever waits goes on in the order in which they began to. */
export const letGo = () => (isPressed() || waiting.length ? new Promise(resolve => { waiting.push(resolve); }) : Promise.resolve());

/** What waits for the press to be over goes on now. */
export function release() {
  isDown = isKeyDown = false;
  const all = waiting;
  waiting = [];
  for (const resolve of all) resolve();
}

/** Whoever drags a scroll bar wants to see more, and waits for no click; its end is not heard of in every browser. */
const isScrollBar = ({target, offsetX, offsetY}) => target.clientWidth > 0 && (target.scrollHeight > target.clientHeight && offsetX >= target.clientWidth || target.scrollWidth > target.clientWidth && offsetY >= target.clientHeight);
// A click comes in the same task as what ends it.
const soon = () => setTimeout(() => { if (!isPressed()) release(); });
addEventListener('pointerdown', event => { isDown = !isScrollBar(event); }, true);
for (const type of ['pointerup', 'pointercancel']) addEventListener(type, () => { isDown = false; soon(); }, true);
addEventListener('keydown', event => { if (event.key === ' ') isKeyDown = true; }, true);
addEventListener('keyup', event => { if (event.key === ' ') { isKeyDown = false; soon(); } }, true);
// A context menu and the list of a select keep the end of a press for themselves.
addEventListener('pointermove', event => { if (isDown && !event.buttons) release(); }, true);
addEventListener('contextmenu', () => { isDown = false; soon(); }, true);
// The window's own. Not captured: each element that loses the focus, as one does at every press elsewhere, has a blur too.
addEventListener('blur', release);
