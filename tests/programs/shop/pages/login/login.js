const { openidOf } = require('../../utils/session');

const app = getApp();

Page({
  data: { agreed: false, message: '' },
  agree(event) { this.setData({ agreed: event.detail.value.length > 0 }); },
  async phone({ detail }) {
    if (!detail.code) {
      this.setData({ message: detail.errMsg });
      return;
    }
    app.globalData.phoneCode = detail.code;
    const { code } = await wx.login();
    try {
      wx.setStorageSync('openid', await openidOf(code));
      wx.navigateTo({ url: '/pages/profile/profile' });
    } catch (error) {
      this.setData({ message: error.message });
    }
  },
});
