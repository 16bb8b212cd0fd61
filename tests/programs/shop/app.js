App({ globalData: { phoneCode: '' } });
