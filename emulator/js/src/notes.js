// Notes: places where WeChat differs from what a reader may expect, in English and Chinese. Nothing of it is an error.

/** The texts by the notes' ids; `{name}` stands for a value of the note. */
export const NOTES = {
  'require-absolute': {
    en: '{from} requires {name}: WeChat takes a path from the top only with resolveAlias in app.json.',
    zh: '{from} 引用了 {name}：微信只有在 app.json 配置 resolveAlias 后才支持绝对路径。',
  },
  'npm-not-built': {
    en: 'The package {name} was read from node_modules; DevTools needs "Build npm" first.',
    zh: '包 {name} 是从 node_modules 读取的；在开发者工具中需要先“构建 npm”。',
  },
  'component-missing': {
    en: '<{tag}> of {from} names {named}, which is not there; it is drawn as a box.',
    zh: '{from} 中的 <{tag}> 指向 {named}，但该组件不存在；这里显示为一个空框。',
  },
  'behavior-missing': { en: 'The behavior {name} is not played; it adds nothing.', zh: '内置 behavior {name} 未被模拟，不起作用。' },
  'open-type-unknown': {
    en: 'A button has the open-type {openType}, which WeChat does not know; it does nothing.',
    zh: '按钮的 open-type {openType} 不是微信支持的值，不起作用。',
  },
  'api-missing': { en: '{name} is not played by mockdoor.', zh: 'mockdoor 没有模拟 {name}。' },
  animation: { en: '{page} animates something; nothing moves here, only the callback comes.', zh: '{page} 使用了动画；这里不会播放，只触发回调。' },
  'setdata-undefined': {
    en: '{page} sets {path} to undefined: WeChat asks not to, and may leave the field as it was.',
    zh: '{page} 把 {path} 设为 undefined：微信不建议这样做，该字段可能保持原值。',
  },
  'setdata-large': {
    en: '{page} passes {kilobytes} kB to one setData; WeChat asks for less than 1024 kB.',
    zh: '{page} 单次 setData 传了 {kilobytes} kB；微信要求不超过 1024 kB。',
  },
  'wxml-newer': {
    en: '{file}:{line}: {{{expression}}} compiles only for the newer core (Skyline); WebView pages refuse it.',
    zh: '{file}:{line}：{{{expression}}} 只有新渲染框架（Skyline）支持，WebView 页面会编译失败。',
  },
  'wxml-call': {
    en: '{file}:{line}: {{{expression}}} calls what is not wxs; it gives nothing, silently.',
    zh: '{file}:{line}：{{{expression}}} 调用的不是 wxs 函数，结果为空且不报错。',
  },
  'wxml-boolean-text': {
    en: '{file}:{line}: {name}="false" is a text, hence true; write {name}="{{false}}".',
    zh: '{file}:{line}：{name}="false" 是字符串，等于 true；请写成 {name}="{{false}}"。',
  },
  'wxml-key-missing': { en: '{file}:{line}: wx:for without wx:key; WeChat warns of it.', zh: '{file}:{line}：wx:for 缺少 wx:key，微信会给出警告。' },
  'getapp-early': {
    en: 'getApp() was called before App(): it is undefined, also later in the variable that took it.',
    zh: '在 App() 之前调用了 getApp()：返回 undefined，保存它的变量之后也仍是 undefined。',
  },
  'global-absent': { en: 'There is no {name} in a mini program.', zh: '小程序里没有 {name}。' },
  'this-lost': {
    en: '`this` is undefined in a callback written with `function`; use an arrow function or keep `this` in a variable.',
    zh: '用 function 写的回调里 this 是 undefined；请用箭头函数，或先把 this 存入变量。',
  },
  'request-status': {
    en: 'wx.request to {url} calls success for status {status} as well; the code has to look at statusCode.',
    zh: 'wx.request 请求 {url} 返回 {status} 也会进入 success；代码需要自己检查 statusCode。',
  },
  'query-encoded': {
    en: '{page} gets {name} still encoded; WeChat decodes nothing, call decodeURIComponent.',
    zh: '{page} 收到的 {name} 仍是编码后的值；微信不会解码，请用 decodeURIComponent。',
  },
  'switchtab-query': { en: 'switchTab drops the query of {url}.', zh: 'switchTab 会丢弃 {url} 中的参数。' },
};

/** @returns {string} a note as a sentence; ids of others are their own text */
export function noteText({ id, values = {} }, language = 'en') {
  const text = NOTES[id]?.[language] ?? NOTES[id]?.en ?? id;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

const ABSENT = new Set(`
  window document navigator location history localStorage sessionStorage fetch XMLHttpRequest FormData Headers URL
  URLSearchParams atob btoa TextEncoder TextDecoder process Buffer crypto requestAnimationFrame alert
`.trim().split(/\s+/));

/** What the message of an error tells about WeChat: [id, values], undefined when nothing. */
export function noteOfError(message) {
  const absent = /^(\w+) is not defined$/.exec(message)?.[1];
  if (ABSENT.has(absent)) return ['global-absent', { name: absent }];
  return /of undefined \((?:reading|setting) '(?:setData|data|triggerEvent|selectComponent|properties)'\)/.test(message)
    ? ['this-lost', {}] : undefined;
}
