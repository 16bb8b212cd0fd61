Page({
  data: { saved: null },
  save(event) { this.setData({ saved: event.detail }); },
});
