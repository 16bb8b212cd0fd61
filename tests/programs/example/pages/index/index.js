import * as util from '../../utils/util';

const app = getApp();

Page({
  data: { failure: '' },
  login() {
    wx.showLoading({ title: '登录中' });
    return util.login({ timeout: 2000 })
      .then(({ code }) => util.request({
        url: `${wx.getStorageSync('server')}/api/login/oauth/access_token`,
        method: 'POST',
        header: { 'content-type': 'application/x-www-form-urlencoded' },
        data: { tag: 'wechat_miniprogram', client_id: app.globalData.clientId, code },
      }))
      .then(({ data }) => {
        if (data.error) throw new Error(data.error_description);
        return util.setStorage('accessToken', data.access_token);
      })
      .then(() => {
        wx.showToast({ title: '登录成功' });
        wx.redirectTo({ url: '../userinfo/userinfo' });
      })
      .catch((error) => this.setData({ failure: error.message }))
      .finally(wx.hideLoading);
  },
});

module.exports = { name: 'index' };
