// Fingers: a click of the browser as a tap of the mini program, through the component core.

/** How long a finger rests for a long press, in milliseconds. */
const LONG = 350;

/** @returns {object | undefined} the core's node that an element of the browser stands for */
export function nodeOf(element) {
  for (let one = element; one; one = one.parentNode) if (one.__wxElement) return one.__wxElement;
  return undefined;
}

/** @param {import('../src/mini-program.js').MiniProgram} app */
export function listenToTouches(app) {
  const screen = document.getElementById('mockdoor-screen');
  let timer;
  let wasLong = false;

  const send = (type, target) => {
    const node = nodeOf(target);
    if (node) app.core.glassEasel.triggerEvent(node, type, {}, { bubbles: true, composed: true, capturePhase: true });
  };

  screen.addEventListener('pointerdown', ({ target }) => {
    wasLong = false;
    send('touchstart', target);
    timer = setTimeout(() => {
      wasLong = true;
      send('longpress', target);
    }, LONG);
  });
  for (const end of ['pointerup', 'pointercancel', 'pointerleave']) screen.addEventListener(end, () => clearTimeout(timer));
  screen.addEventListener('pointerup', ({ target }) => send('touchend', target));
  screen.addEventListener('click', (event) => {
    const node = nodeOf(event.target);
    if (!['INPUT', 'TEXTAREA'].includes(event.target.tagName)) event.preventDefault();
    if (node && !wasLong) app.widgets.tap(node).catch((error) => app.report(error, 'tap'));
  });
  screen.addEventListener('submit', (event) => event.preventDefault());
}
