// What a mini program learns of its user, always as somebody allows it: profile, phone, messages, privacy.

const NOBODY = {
  nickName: '微信用户', gender: 0, language: '', city: '', province: '', country: '',
};
const MAX_TEMPLATES = 5;

/** Make a control call of the emulator; `missing` says what was hoped for, `more` goes into the failure. */
async function control(context, task, argument, call, given, missing, more) {
  const { response, body } = await exchange(context, task, argument, `${context.base}/_emulator/${call}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(context.token && { 'X-Mockdoor-Token': context.token }) },
    body: JSON.stringify({ persona: context.persona, appid: context.appid, ...given }),
  });
  const answer = parsed(textOf(body));
  if (response.ok && typeof answer === 'object') return answer;
  const why = answer.message ?? `status ${response.status}`;
  throw new Failure(`the emulator at ${context.base} gave no ${missing}: ${why}`, 600000, more); // assumed errno
}

async function login(context, argument, task) {
  if (context.appid === TOURIST.appid) {
    context.session = { appid: context.appid };
    return { code: TOURIST.code };
  }
  const { code, appid } = await control(context, task, argument, 'login-codes', {}, 'code');
  context.session = { appid };
  return { code };
}

/** Today's anonymous profile; the emulator signs and encrypts it, since a client never has the session_key. */
async function anonymousProfile(context, kind, argument, task) {
  if (context.appid === TOURIST.appid) return touristProfile(context);
  const info = await control(context, task, argument, 'user-info', { kind, avatar: context.avatar }, 'profile');
  const { rawData, signature, encryptedData, iv } = info;
  const open = { userInfo: JSON.parse(rawData), rawData, signature };
  return argument.withCredentials === false ? open : { ...open, encryptedData, iv };
}

/** A tourist has no appid, hence no session_key. */
function touristProfile(context) {
  const userInfo = { ...NOBODY, avatarUrl: context.avatar };
  return {
    userInfo,
    rawData: JSON.stringify(userInfo),
    signature: 'not signed: a tourist has no session_key',
    encryptedData: 'not encrypted: a tourist has no session_key',
    iv: 'none',
  };
}

async function getUserProfile(context, argument, task) {
  needText(argument, 'desc');
  if (!argument.desc || argument.desc.length > 30) {
    throw new Failure('desc length does not meet the requirements'); // assumed
  }
  await needPermission(context, 'getUserProfile', argument);
  return anonymousProfile(context, 'getUserProfile', argument, task);
}

async function needPermission(context, api, argument) {
  if (await context.ui.allow?.(api, withoutCallbacks(argument)) === false) throw new Failure('auth deny');
}

async function authorize(context, argument) {
  needText(argument, 'scope');
  const allowed = await context.ui.allow?.('authorize', withoutCallbacks(argument)) !== false;
  context.authSetting[argument.scope] = allowed;
  if (!allowed) throw new Failure('auth deny');
}

/** Ask for each template; what is accepted is a permit for one message. ui.allow may return an answer for each. */
async function requestSubscribeMessage(context, argument, task) {
  const ids = argument.tmplIds;
  if (!Array.isArray(ids) || !ids.length) throw new Failure("TmplIds can't be empty", undefined, { errCode: 10001 });
  if (ids.length > MAX_TEMPLATES) {
    throw new Failure('Templates count out of max bounds', undefined, { errCode: 20003 });
  }
  const allowed = await context.ui.allow?.('requestSubscribeMessage', withoutCallbacks(argument)) ?? true;
  const answers = ids.map((id) => [id, answerTo(allowed, id)]);
  for (const [id, answer] of answers) {
    if (answer === 'accept' && context.appid !== TOURIST.appid) {
      await control(context, task, argument, 'permits', { template: id }, 'permit', { errCode: 20001 });
    }
  }
  return Object.fromEntries(answers);
}

function answerTo(allowed, id) {
  if (typeof allowed === 'object') return allowed[id] ?? 'reject';
  return allowed ? 'accept' : 'reject';
}

/** Refuse with errno 104 unless the user agreed to the privacy contract, asking as the mini program wants to ask. */
async function needPrivacy(context, api) {
  if (!context.privacyNeeded) return;
  const asked = context.listeners.NeedPrivacyAuthorization;
  const agreed = asked.size
    ? await new Promise((resolve) => {
      // `exposureAuthorization` only reports that the question is on the screen.
      asked.tell(({ event }) => { if (event !== 'exposureAuthorization') resolve(event === 'agree'); }, { referrer: api });
    })
    : await context.ui.allow?.('requirePrivacyAuthorize', { referrer: api }) !== false;
  if (!agreed) throw new Failure('privacy permission is not authorized', 104);
  context.privacyNeeded = false;
}

/** What a tap on `<button open-type=...>` hands to its handler. Refusals are details too, not failures. */
const BUTTONS = {
  getPhoneNumber: async (context, given, task) => {
    if (!given.allow) return { errMsg: 'getPhoneNumber:fail user deny' };
    await needPrivacy(context, 'getPhoneNumber');
    const { code } = await control(context, task, {}, 'phone-codes', {}, 'phone code');
    const sealed = await control(context, task, {}, 'user-info', { kind: 'getPhoneNumber' }, 'phone number');
    return { errMsg: 'getPhoneNumber:ok', code, encryptedData: sealed.encryptedData, iv: sealed.iv };
  },
  getUserInfo: async (context, given, task) => {
    if (!given.allow) return { errMsg: 'getUserInfo:fail auth deny' };
    return { errMsg: 'getUserInfo:ok', ...await anonymousProfile(context, 'getUserInfo', {}, task) };
  },
  chooseAvatar: async (context, given) => {
    if (!given.allow) return undefined; // a picture that is not chosen, or is rejected, is no event
    await needPrivacy(context, 'chooseAvatar');
    return { avatarUrl: keepFile(context, await blobOf(context, given.avatar ?? await ownPicture(context))) };
  },
  agreePrivacyAuthorization: async (context, given) => {
    if (!given.allow) return undefined;
    context.privacyNeeded = false;
    return { errMsg: 'agreePrivacyAuthorization:ok' };
  },
};

/**
 * Tap a button of a mini program, as its user.
 *
 * @param {object} wx made by createWx
 * @param {string} openType one of BUTTONS
 * @param {object} [given] allow: false to refuse; avatar: a Blob, bytes, or an address, for chooseAvatar
 * @returns {Promise<object|undefined>} the event's detail; undefined where WeChat calls no handler
 */
async function tapButton(wx, openType, { allow = true, ...given } = {}) {
  const context = contextOf(wx);
  const play = BUTTONS[openType];
  if (!play) throw new Error(`<button open-type="${openType}"> is not played by mockdoor`);
  const asked = allow && await context.ui.allow?.(openType, given) !== false;
  try {
    return await play(context, { allow: asked, ...given }, createTask(context, openType));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return refusal(context, openType, error);
  }
}
