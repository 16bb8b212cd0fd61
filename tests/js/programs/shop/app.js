App({ globalData: { openid: '' } });
