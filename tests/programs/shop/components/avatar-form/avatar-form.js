Component({
  properties: { title: String },
  data: { avatar: '' },
  methods: {
    chosen(event) { this.setData({ avatar: event.detail.avatarUrl }); },
    save(event) { this.triggerEvent('save', { avatar: this.data.avatar, nickname: event.detail.value.nickname }); },
  },
});
