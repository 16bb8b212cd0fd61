Page({
  data: { code: '', phoneCode: '', refused: '', nickname: '', user: { phones: ['1', '2'] } },

  async login() {
    const { code } = await wx.login();
    this.setData({ code });
    wx.showToast({ title: '已登录' });
  },

  phone({ detail }) {
    this.setData({ phoneCode: detail.code ?? '', refused: detail.code ? '' : detail.errMsg });
  },

  typed({ detail }) {
    this.setData({ nickname: detail.value });
  },

  later(duration) {
    setTimeout(() => this.setData({ code: 'late' }), duration);
    return { waits: duration };
  },
});
