App({
  globalData: { token: '' },
  onLaunch({ scene }) {
    console.log('launched from scene', scene);
  },
});
