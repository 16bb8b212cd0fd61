// The guided lessons: each sets a scene with control calls and says what to look at. Texts are [English, Chinese].

import { PHONE_FILES, PROFILE } from './lesson-code.js';
import { LOGIN, UPDATE } from './phone-texts.js';

const DEFAULT = { text: 'version: 1\nname: default\n' };
const scene = (scenario, ...more) => [['PUT', 'scenario', scenario], ...more];

/** {id, title, text, look, calls: [[method, path, body]], tab, code? or files?, before?}; `before` code runs once in the scene. */
export const LESSONS = [
  {
    id: 'first-login', title: ['First login', '首次登录'], tab: 'login', code: LOGIN, calls: scene(DEFAULT, ['PUT', 'signed-in', { persona: 'visitor' }]),
    text: ['wx.login() gives a code; Casdoor trades it at WeChat for an openid and makes a user. Press Run.', 'wx.login() 返回 code；Casdoor 用它向微信换取 openid，并新建用户。请按“运行”。'],
    look: ['The diagram: only Casdoor talks to code2session. The reply brings access_token.', '看时序图：只有 Casdoor 调用 code2session。应答中有 access_token。'],
  },
  {
    id: 'returning-user', title: ['Returning user', '再次登录'], tab: 'login', code: LOGIN, calls: scene(DEFAULT, ['PUT', 'signed-in', { persona: 'visitor' }]), before: LOGIN,
    text: ['The same person has logged in once already. Run it again, then choose another person above and run once more.', '同一个人已经登录过一次。请再运行一次，然后在上方换一个人再运行。'],
    look: ['The code differs each time, the openid of one person never does; that is how Casdoor finds the user.', '每次的 code 都不同，同一个人的 openid 却不变；Casdoor 正是据此找到用户。'],
  },
  {
    id: 'invalid-code', title: ['Invalid code', 'code 无效'], tab: 'login', code: LOGIN, calls: scene(DEFAULT, ['POST', 'faults', { id: 'invalid-code', at: 'wechat.code2session', error: 40029 }]),
    text: ['WeChat refuses every code with 40029. Press Run.', '微信以 40029 拒绝所有 code。请按“运行”。'],
    look: ['The red arrow starts at WeChat. wx.request calls success all the same, with status 400: the page must look at it.', '红色箭头从微信开始。wx.request 仍然回调 success，状态码为 400：页面必须自己检查。'],
  },
  {
    id: 'missing-tag', title: ['Missing tag', '缺少 tag'], tab: 'login', code: LOGIN.replace(/^.*"tag".*\n/m, ''), calls: scene(DEFAULT),
    text: ['The line with tag is gone from the code. Press Run.', '代码中的 tag 一行被删掉了。请按“运行”。'],
    look: ['Casdoor takes the login for another grant and never asks WeChat. Put the line back and run again.', 'Casdoor 把它当成另一种授权，根本没有请求微信。把这一行加回去再运行。'],
  },
  {
    id: 'two-providers', title: ['Two providers', '两个提供商'], tab: 'login', code: LOGIN, calls: scene({ scenario: 'multiple-wechat-providers', profile: 'docs' }),
    text: ['The application lists a website\'s WeChat provider before the mini program\'s. Press Run.', '应用里，网站的微信提供商排在小程序的前面。请按“运行”。'],
    look: ['Which appid did Casdoor send to WeChat? The reason stands below the diagram.', 'Casdoor 把哪个 appid 发给了微信？原因写在时序图下方。'],
  },
  {
    id: 'phone-login', title: ['Phone login', '手机号登录'], tab: 'files', files: PHONE_FILES, calls: scene(DEFAULT, ['PUT', 'signed-in', { persona: 'alice' }]),
    text: ['Press Run, then both buttons of the page. The first one asks WeChat for the phone number with the button\'s own code, the second with the code of wx.login().', '请按“运行”，再按页面上的两个按钮。第一个用按钮自己的 code 向微信换取手机号，第二个误用了 wx.login() 的 code。'],
    look: ['The button\'s code is 64 characters long, good for five minutes and once; wx.login()\'s is another kind and refused with 40029. A backend makes these calls: no phone may call api.weixin.qq.com.', '按钮的 code 有 64 个字符，五分钟内有效且只能用一次；wx.login() 的 code 是另一种，会被 40029 拒绝。这些请求应由后端发出：手机不允许调用 api.weixin.qq.com。'],
  },
  {
    id: 'anonymous-profile', title: ['Why the profile says 微信用户', '为什么资料是“微信用户”'], tab: 'login', code: PROFILE, calls: scene(DEFAULT, ['PUT', 'signed-in', { persona: 'alice' }]),
    text: ['The page asks wx.getUserProfile() for a name and logs in with it. Press Run.', '页面用 wx.getUserProfile() 取得昵称，再用它登录。请按“运行”。'],
    look: ['Since November 2022 everybody is 微信用户 with the same grey picture; old code looks as if it worked. Let people choose with chooseAvatar and <input type="nickname">. The openid is unaffected: it comes from the login.', '自 2022 年 11 月起，所有人都是“微信用户”和同一个灰色头像，旧代码看上去却仍能运行。请改用 chooseAvatar 和 <input type="nickname"> 让用户自己填写。openid 不受影响：它来自登录。'],
  },
  {
    id: 'production', title: ['What production does differently', '线上有何不同'], tab: 'update', code: UPDATE, before: LOGIN,
    calls: scene({ ...DEFAULT, profile: 'current' }, ['PUT', 'signed-in', { persona: 'visitor' }]),
    text: ['Now a real Casdoor v3.158.0 is played. Somebody has logged in with the docs page\'s code. Press Run.', '现在模拟真实的 Casdoor v3.158.0。已经用文档中的代码登录过。请按“运行”。'],
    look: ['The login answered accessToken, so the page sends "Bearer undefined" and is refused with status 200.', '登录返回的是 accessToken，所以页面发送了 “Bearer undefined”，被拒绝时状态码却是 200。'],
  },
];
