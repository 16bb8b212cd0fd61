// Code that lessons start with, beside the docs page's own.

/** A page whose buttons trade a phone code, and a login code in its place, for a phone number. */
export const PHONE_FILES = {
  'app.js': `App({})
`,
  'pages/index/index.js': `// On a phone a backend does this: it alone knows the secret.
const CREDENTIALS = 'appid=wx0123456789abcdef&secret=0123456789abcdef0123456789abcdef'

Page({
  data: { phone: '' },

  getPhone({ detail }) {
    if (!detail.code) return console.error(detail.errMsg)
    console.log('the code of the button: ' + detail.code)
    this.askWechat(detail.code)
  },

  useLoginCode() {
    wx.login({ success: ({ code }) => this.askWechat(code) })
  },

  askWechat(code) {
    wx.request({
      url: CASDOOR_HOSTNAME + '/cgi-bin/token?grant_type=client_credential&' + CREDENTIALS,
      success: ({ data }) => wx.request({
        url: CASDOOR_HOSTNAME + '/wxa/business/getuserphonenumber?access_token=' + data.access_token,
        method: 'POST',
        data: { code },
        success: ({ data }) => this.setData({ phone: data.phone_info ? data.phone_info.phoneNumber : data.errmsg }),
      }),
    })
  },
})
`,
  'pages/index/index.wxml': `<view>{{phone}}</view>
<button open-type="getPhoneNumber" bindgetphonenumber="getPhone">Phone number</button>
<button bindtap="useLoginCode">With the code of wx.login()</button>
`,
};

export const PROFILE = `wx.getUserProfile({
  desc: 'show your name in the app',
  success: ({ userInfo }) => {
    console.log(userInfo.nickName, userInfo.avatarUrl)

    wx.login({
      success: ({ code }) => wx.request({
        url: CASDOOR_HOSTNAME + '/api/login/oauth/access_token',
        method: 'POST',
        data: {
          tag: 'wechat_miniprogram', client_id: '6825f4f0af45554c8952', code,
          username: userInfo.nickName, // the same for everybody
        },
        header: { 'content-type': 'application/x-www-form-urlencoded' },
        success: (res) => console.log(res.statusCode),
      }),
    })
  },
})
`;
