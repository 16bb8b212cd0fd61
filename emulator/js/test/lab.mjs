import { memoryReader } from '../src/reader.js';
import { startMiniProgram } from '../src/mini-program.js';
const t0 = performance.now();
const base = process.env.MOCKDOOR_URL;
const text = await (await fetch(`${base}/_emulator/wx.js`)).text();
const module = { exports: {} };
new Function('module', text)(module);
const files = {
  'app.json': '{"pages":["pages/index/index","pages/me/me"] /* c */}',
  'app.js': "const u=require('./utils/u'); App({globalData:{a:1}, onLaunch(o){console.log('launch',o, u.x)}, onError(e){console.log('ERR',e)}})",
  'utils/u.js': "export const x = 5; const app = getApp();",
  'pages/index/index.js': "Page({data:{n:0, who:''}, onLoad(o){console.log('load',o)}, onReady(){console.log('ready')}, async login(){ const {code}=await wx.login(); const app=getApp(); wx.request({url: BASE+'/sns/jscode2session?appid=wx0123456789abcdef&secret=0123456789abcdef0123456789abcdef&grant_type=authorization_code&js_code='+code, success:(r)=>{ this.setData({who:r.data.openid}); wx.showToast({title:'ok'}) }}) }, phone(e){ this.setData({n:e.detail.code?1:2}) }, go(){wx.navigateTo({url:'/pages/me/me?a=1'})}, typed(e){this.setData({typed:e.detail.value})}, sub(e){this.setData({form:e.detail.value})} })".replace('BASE', JSON.stringify(base)),
  'pages/index/index.json': '{"usingComponents":{"card":"/comps/card/card"}}',
  'pages/index/index.wxml': '<view class="box"><card title="hi"><text>in</text></card><button bindtap="login">登录</button><button id="p" open-type="getPhoneNumber" bindgetphonenumber="phone">手机号</button><text>{{who}}</text><view wx:if="{{n}}">n={{n}}</view><form bindsubmit="sub"><input name="nick" type="nickname" placeholder="昵称" bindinput="typed"/><button form-type="submit">提交</button></form><navigator url="/pages/me/me?x=2">我</navigator><view bindtap="boom">boom</view></view>',
  'comps/card/card.js': "Component({properties:{title:String}, lifetimes:{attached(){console.log('attached', getCurrentPages().length)}}})",
  'comps/card/card.json': '{"component":true}',
  'comps/card/card.wxml': '<view>card {{title}} <slot/></view>',
  'pages/me/me.js': "Page({onLoad(q){this.setData({q:JSON.stringify(q)})}})",
  'pages/me/me.wxml': '<view>me {{q}}</view>',
};
const app = await startMiniProgram({ files: memoryReader(files), played: module.exports, base, persona: 'alice' });
console.log('started', performance.now() - t0);
console.log(app.outline);
await app.tap(app.findText('登录'));
console.log(app.text, app.shown);
await app.tap(app.find('#p')[0]);
console.log(app.page.instance.data);
await app.input(app.find('input')[0], '小明');
await app.tap(app.findText('提交'));
console.log(app.page.instance.data);
await app.tap(app.findText('我'));
console.log(app.page.path, app.text, app.errors, app.notes);
console.log(app.output);
app.close();
