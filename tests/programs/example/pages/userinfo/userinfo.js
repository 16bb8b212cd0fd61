import { getStorage, request } from '../../utils/util';

Page({
  data: { name: '' },
  onLoad() {
    getStorage('accessToken')
      .then((token) => request({
        url: `${wx.getStorageSync('server')}/api/get-account`, header: { Authorization: `Bearer ${token}` },
      }))
      .then(({ data }) => this.setData({ name: data.data.name }))
      .finally(wx.hideLoading);
  },
});
