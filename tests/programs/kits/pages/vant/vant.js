import Dialog from '@vant/weapp/dialog/dialog';
import Toast from '@vant/weapp/toast/toast';

Page({
  data: { nickname: '', answer: '' },
  typed(event) { this.setData({ nickname: event.detail }); },
  ask() {
    Dialog.confirm({ title: '登录', message: '确定吗' })
      .then(() => this.setData({ answer: 'confirmed' }), () => this.setData({ answer: 'cancelled' }));
  },
  toast() { Toast('已保存'); },
  submitted(event) { this.setData({ answer: `submitted ${event.detail.value.nickname}` }); },
});
