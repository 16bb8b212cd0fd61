Page({
  data: { from: '', seconds: 0 },

  onLoad({ from = '' }) {
    this.setData({ from });
    setInterval(() => this.setData({ seconds: this.data.seconds + 1 }), 1000);
  },
});
