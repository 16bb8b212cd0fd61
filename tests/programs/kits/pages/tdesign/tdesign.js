import Toast from 'tdesign-miniprogram/toast/index';

Page({
  data: { asking: false, nickname: '', answer: '' },
  typed(event) { this.setData({ nickname: event.detail.value }); },
  ask() { this.setData({ asking: true }); },
  confirm() { this.setData({ asking: false, answer: 'confirmed' }); },
  toast() { Toast({ context: this, selector: '#toast', message: '已保存' }); },
  submitted(event) { this.setData({ answer: `submitted ${event.detail.value.nickname}` }); },
});
