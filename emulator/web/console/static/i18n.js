// Every text of the pages, in English and in Chinese.

const TEXTS = {
  title: ['mockdoor console', 'mockdoor 控制台'],
  skip: ['Skip to the exchanges', '跳到请求列表'],
  phone: ['Mini program', '小程序'], console: ['Console', '控制台'],
  world: ['World', '世界'], scenario: ['Scenario', '场景'], ownScenarios: ['Your files', '你的文件'], profile: ['Casdoor', 'Casdoor 版本'], clock: ['Clock', '时钟'],
  addWorld: ['New world…', '新建世界…'], worldName: ['Name of the new world (letters, digits, - and _)', '新世界的名称（字母、数字、- 和 _）'],
  plus5: ['+5 minutes', '+5 分钟'], plus2: ['+2 hours', '+2 小时'], frozen: ['stands still', '已冻结'], running: ['runs', '运行中'],
  freeze: ['Freeze', '冻结'], run: ['Let it run', '继续走'],
  save: ['Save as scenario', '存为场景'], reset: ['Reset', '重置'],
  resetAsk: ['Back to the scenario? Users, tokens, faults and the journal of this world go.', '回到场景的初始状态？本世界的用户、令牌、故障和日志都会清除。'],
  cancel: ['Cancel', '取消'], confirm: ['Reset', '重置'], close: ['Close', '关闭'],
  theme: ['Dark', '深色'], size: ['Large', '大字'], language: ['中文', 'English'],
  exchanges: ['Exchanges', '请求'], filter: ['Filter: operation, persona, status, reason… ( / )', '筛选：操作、人物、状态、原因……（ / ）'],
  live: ['live', '实时'], offline: ['not connected', '未连接'], none: ['Nothing matches the filter.', '没有符合筛选条件的请求。'],
  count: ['{shown} of {all}', '{all} 条中的 {shown} 条'],
  sequence: ['Who called whom', '谁调用了谁'], detail: ['Detail', '详情'], choose: ['Choose an exchange to see all of it.', '选择一个请求查看全部内容。'],
  failed: ['failed', '失败'], ok: ['ok', '成功'], why: ['Why', '原因'], note: ['In production', '线上的差别'], fault: ['Planned fault', '已安排的故障'],
  request: ['Request', '请求'], response: ['Response', '应答'], headers: ['Headers', '头'], body: ['Body', '正文'], empty: ['(empty)', '（空）'],
  tokenIn: ['Token in {where}', '{where} 里的令牌'], inner: ['Inside: Casdoor asked WeChat', '内部：Casdoor 请求微信'],
  changes: ['What changed', '改动'], made: ['{user} was made', '新建了 {user}'], deleted: ['{user} was deleted', '删除了 {user}'], changed: ['{user} changed', '{user} 被修改'],
  field: ['Field', '字段'], before: ['Before', '之前'], after: ['After', '之后'],
  curl: ['Copy as curl', '复制为 curl'], copy: ['Copy', '复制'], copied: ['Copied', '已复制'], download: ['Download', '下载'],
  people: ['People', '人物'], users: ['Users', '用户'], faults: ['Faults', '故障'],
  peopleHelp: ['The person signed in stands behind every code that looks real.', '凡是看起来真实的 code，都算当前登录者的。'],
  signedIn: ['signed in', '当前登录'], signIn: ['Sign in', '切换登录'], takeCode: ['Take a code', '取一个 code'],
  addPersona: ['Add a person', '添加人物'], personaName: ['Name, such as zoe', '名称，例如 zoe'], nickname: ['Nickname', '昵称'], add: ['Add', '添加'],
  noUsers: ['Nobody has signed up yet.', '还没有用户。'], tokens: ['Tokens', '令牌'], noTokens: ['No token has been given out.', '还没有签发令牌。'],
  live_: ['live', '有效'], expired: ['expired', '已过期'], ended: ['ended', '已失效'], until: ['until {at}', '有效至 {at}'],
  deleted: ['deleted', '已删除'], forbidden: ['forbidden', '已禁用'], admin: ['admin', '管理员'],
  messages: ['Messages', '消息'], messageCount: ['{n} sent, the newest first', '已发送 {n} 条，最新的在前'],
  messagesShown: ['The newest {shown} of {n}', '共 {n} 条，显示最新的 {shown} 条'], opens: ['opens {page}', '打开 {page}'],
  noMessages: ['No subscribe message has been sent. The user permits one (wx.requestSubscribeMessage, or POST /_emulator/permits), then your backend sends it.', '还没有发送订阅消息。先由用户同意（wx.requestSubscribeMessage 或 POST /_emulator/permits），再由您的后端发送。'],
  'state.developer': ['development version', '开发版'], 'state.trial': ['trial version', '体验版'],
  faultsHelp: ['A switch plans the fault; it strikes the next calls.', '打开开关即安排故障，从下一次调用起生效。'],
  window: ['How often', '次数'], always: ['until switched off', '直到关闭'], once: ['once', '一次'], three: ['three times', '三次'], half: ['for 30 seconds', '30 秒内'], five: ['for 5 minutes', '5 分钟内'],
  planned: ['Planned now', '当前故障'], noFaults: ['Nothing goes wrong.', '一切正常。'], struck: ['struck {n}', '已触发 {n} 次'], lift: ['Lift', '撤除'], liftAll: ['Lift all', '全部撤除'],
  'fault.invalid-code': ['Invalid code', 'code 无效'], 'fault.code-used': ['Code already used', 'code 已被使用'], 'fault.busy': ['WeChat busy', '微信繁忙'],
  'fault.quota': ['WeChat quota', '微信限额'], 'fault.blocked': ['User blocked', '用户被拦截'], 'fault.down': ['WeChat down', '微信宕机'],
  'fault.hangs': ['WeChat hangs', '微信无响应'],
  'fault.html': ['WeChat answers HTML', '微信返回 HTML'], 'fault.slow': ['WeChat slow (2 s)', '微信缓慢（2 秒）'],
  'fault.casdoor-503': ['Casdoor 503', 'Casdoor 503'], 'fault.expired-token': ['Expired tokens', '令牌已过期'],
  emptyTitle: ['No request yet', '还没有请求'], emptyText: ['Send the first login from a shell. alice stands for the code that wx.login() would have given.', '在命令行发出第一次登录。alice 相当于 wx.login() 返回的 code。'],
  emptySend: ['Send it for me', '替我发送'], emptyPhone: ['Or open the mini program', '或者打开小程序'], emptyPoint: ['Or point your own code here: CASDOOR_HOSTNAME =', '或者把您的代码指向这里：CASDOOR_HOSTNAME ='],
  saved: ['What happened, as a scenario file', '刚才发生的一切，存成场景文件'], savedHelp: ['mockdoor check finds no mistake in it; mockdoor run repeats it.', 'mockdoor check 可检查，mockdoor run 可重放。'],
  cannotSave: ['This cannot be saved', '无法保存'], needToken: ['This server asks for the control token that it printed at its start.', '此服务器需要启动时打印的控制令牌。'], token: ['Token', '令牌'],
  keys: ['Keys: j/k or arrows choose, / filters, Esc clears, m opens the mini program', '按键：j/k 或方向键选择，/ 筛选，Esc 清除，m 打开小程序'],
  'actor.app': ['mini program', '小程序'], 'actor.backend': ['your backend', '您的后端'], 'actor.casdoor': ['Casdoor', 'Casdoor'], 'actor.wechat': ['WeChat', '微信'],
};

let current = localStorage.getItem('mockdoor.language') || (navigator.language.startsWith('zh') ? 'zh' : 'en');
const listeners = new Set();

/** Add texts of another page: {key: [English, Chinese]}. */
export const addTexts = (texts) => Object.assign(TEXTS, texts);
export const language = () => current;
/** Return one of two texts by the language that was chosen. */
export const pick = (en, zh) => (current === 'zh' ? zh : en);
export const onLanguage = (listener) => listeners.add(listener);

export function setLanguage(chosen) {
  current = chosen;
  localStorage.setItem('mockdoor.language', chosen);
  listeners.forEach((listener) => listener());
}

/** Return a text, `{name}` in it filled in. */
export function t(key, values = {}) {
  const [en, zh] = TEXTS[key] || [key, key];
  return pick(en, zh).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Fill every element with data-i18n (its text) or data-i18n-label (placeholder and accessible name). */
export function applyTexts(root) {
  for (const element of root.querySelectorAll('[data-i18n]')) element.textContent = t(element.dataset.i18n);
  for (const element of root.querySelectorAll('[data-i18n-label]')) {
    element.setAttribute('aria-label', t(element.dataset.i18nLabel));
    if ('placeholder' in element) element.placeholder = t(element.dataset.i18nLabel);
  }
}
