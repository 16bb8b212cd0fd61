// Elements of a page that ask the user for something: open-type buttons and the nickname input.

const ELEMENT = /<([\w-]+)((?:\s+[\w:.-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'))?)*)\s*\/?>/g;
const ATTRIBUTE = /([\w:.-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?/g;

/** The elements of the page on top that `fits(tag, attributes)` likes, as its wxml writes them. */
function elementsOf(state, fits) {
  const text = (state.files[`${pageOnTop(state).route}.wxml`] ?? '').replace(/<!--[^]*?-->/g, '');
  return [...text.matchAll(ELEMENT)]
    .map(([, tag, attributes]) => ({ tag, attributes: attributesOf(attributes) }))
    .filter(({ tag, attributes }) => fits(tag, attributes));
}

function attributesOf(text) {
  return Object.fromEntries([...text.matchAll(ATTRIBUTE)].map(([, name, double, single]) => [name, double ?? single ?? true]));
}

/** The method that an element names for an event; undefined when it names none. */
function handlerOf(attributes, event) {
  const names = ['bind', 'catch', 'mut-bind:', 'bind:', 'catch:'].map((prefix) => `${prefix}${event}`);
  return names.map((name) => attributes[name]).find((value) => typeof value === 'string');
}

function eventOf(type, detail, attributes) {
  const data = Object.entries(attributes).filter(([name]) => name.startsWith('data-'));
  const dataset = Object.fromEntries(data.map(([name, value]) => [
    name.slice(5).replace(/-(.)/g, (dash, letter) => letter.toUpperCase()), value,
  ]));
  return { type, detail, target: { dataset }, currentTarget: { dataset } };
}

function isDisabled({ disabled }) {
  // `disabled="false"` is a text, hence true.
  return disabled !== undefined && disabled !== '{{false}}' && (disabled === true || !/^\{\{(?!true\}\})/.test(disabled));
}

/**
 * Tap the page's `<button open-type=...>`; resolves to what its handler returns.
 *
 * @param {object} [given] see tapButton; handler: the method, where the page's wxml does not name it
 */
async function tapOpenType(state, openType, { handler, ...given } = {}) {
  const [button] = elementsOf(state, (tag, attributes) => tag === 'button' && attributes['open-type'] === openType);
  const event = openType.toLowerCase();
  const method = handler ?? (button && handlerOf(button.attributes, event));
  if (!method) {
    const route = pageOnTop(state).route;
    throw new Error(`${route}.wxml has no <button open-type="${openType}" bind${event}="...">; name its handler`);
  }
  if (button && isDisabled(button.attributes)) return undefined;
  const detail = await tapButton(state.variables.wx, openType, given);
  return detail && call(state, method, eventOf(event, detail, button?.attributes ?? {}));
}

function openTypeOf(state, handler) {
  const calls = ({ 'open-type': openType, ...attributes }) => (
    typeof openType === 'string' && handlerOf(attributes, openType.toLowerCase()) === handler);
  const [button] = elementsOf(state, (tag, attributes) => tag === 'button' && calls(attributes));
  return button?.attributes['open-type'];
}

/**
 * Type into the page's `<input type="nickname">`; resolves to the text that the field then holds.
 *
 * @param {string} [text] default: the nickname that the keyboard offers, which is the persona's
 * @param {object} [given] pass: false to have WeChat reject the text, which empties the field
 */
async function typeNickname(state, text, { pass = true } = {}) {
  const [input] = elementsOf(state, (tag, attributes) => tag === 'input' && attributes.type === 'nickname');
  if (!input) throw new Error(`${pageOnTop(state).route}.wxml has no <input type="nickname">`);
  await needPrivacy(state.context, 'nickname');
  const typed = text ?? await offeredNickname(state.context);
  const value = pass ? typed : '';
  const happened = [
    ['focus', { value: '', height: 0 }],
    ['input', { value: typed, cursor: typed.length }],
    ['blur', { value: typed, cursor: typed.length }],
    ['nicknamereview', { pass, timeout: false }],
    ['change', { value }], // this order is assumed
  ];
  for (const [event, detail] of happened) {
    const method = handlerOf(input.attributes, event);
    if (method) call(state, method, eventOf(event, detail, input.attributes));
  }
  return value;
}

/** The nickname of the persona; without one of whoever is signed in. */
async function offeredNickname(context) {
  const url = `${context.base}/_emulator/personas`;
  const headers = context.token ? { 'X-Mockdoor-Token': context.token } : {};
  const { body } = await exchange(context, createTask(context, ''), {}, url, { headers });
  const answer = parsed(textOf(body));
  const found = answer.personas?.find((one) => (context.persona ? one.name === context.persona : one.signed_in));
  if (found) return found.nickname;
  throw new Error(`the emulator at ${context.base} offers no nickname: ${answer.message ?? 'there is no such persona'}`);
}
