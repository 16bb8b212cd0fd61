Page({
  data: { avatar: '', saved: '' },

  choose({ detail }) {
    this.setData({ avatar: detail.avatarUrl });
  },

  save({ detail }) {
    const { nickname } = detail.value;
    this.setData({ saved: `${nickname} ${this.data.avatar ? '有头像' : '无头像'}` });
  },
});
