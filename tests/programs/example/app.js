const util = require('./utils/util');

App({
  globalData: { clientId: '6825f4f0af45554c8952' },
  onLaunch() {
    util.getStorage('accessToken').then(() => wx.redirectTo({ url: '/pages/userinfo/userinfo' }), () => {});
  },
});
