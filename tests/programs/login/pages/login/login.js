import { ask } from '../../api';

Page({
  data: { hint: '请登录', phone: '', left: false, news: '' },

  onLoad(query) {
    this.setData({ from: query.from || '' });
  },

  async login() {
    const { code } = await wx.login();
    try {
      const { openid } = await ask('/login', { code });
      wx.setStorageSync('openid', openid);
      wx.showToast({ title: '登录成功' });
      wx.navigateTo({ url: '/pages/me/me' });
    } catch (error) {
      this.setData({ hint: '登录失败' });
    }
  },

  phone({ detail }) {
    this.setData({ phone: detail.code ? 'shared' : detail.errMsg });
  },

  leave() {
    wx.showModal({
      title: '退出',
      content: '确定吗？',
      success: ({ confirm }) => setTimeout(() => this.setData({ left: confirm }), 100),
    });
  },

  broken() {
    console.log('about to break');
    undefined.token();
  },

  endless() {
    for (let turn = 0; ; turn += 1) this.turn = turn;
  },

  news() {
    wx.requestSubscribeMessage({
      tmplIds: ['template'],
      success: (answer) => this.setData({ news: answer.template }),
    });
  },
});
