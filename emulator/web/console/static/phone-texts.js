// Texts of the mini program's page, and the code that it starts with.

export const TEXTS = {
  person: ['Signed in at WeChat', '微信登录者'], output: ['Output', '输出'], code: ['Code', '代码'], file: ['File', '文件'],
  'tab.login': ['Log in', '登录'], 'tab.update': ['Update profile', '更新资料'], 'tab.files': ['Your files', '您的文件'],
  runKey: ['Run (Ctrl+Enter)', '运行（Ctrl+Enter）'], pick: ['Choose the files of a mini program', '选择小程序的文件'],
  host: ['CASDOOR_HOSTNAME is {address}', 'CASDOOR_HOSTNAME 为 {address}'],
  pressRun: ['Run the code to see what it does.', '运行代码，看看会发生什么。'], pressHandler: ['Press a button of the page.', '请按页面上的按钮。'],
  lessons: ['Lessons', '课程'], back: ['Previous', '上一课'], next: ['Next', '下一课'],
  sceneAsk: ['A lesson resets this world: users, tokens and journal go. Go on?', '课程会重置本世界：用户、令牌和日志都会清除。继续吗？'],
  where: ['scenario {scenario}, Casdoor {profile}', '场景 {scenario}，Casdoor {profile}'],
};

export const LOGIN = `// Login in mini program
wx.login({
  success: res => {
    // This is the login code that needs to be sent to Casdoor
    console.log(res.code)

    wx.request({
      url: \`\${CASDOOR_HOSTNAME}/api/login/oauth/access_token\`,
      method: "POST",
      data: {
        "tag": "wechat_miniprogram", // Required
        "client_id": "6825f4f0af45554c8952",
        "code": res.code,
        "username": this.data.userInfo.nickName, // Update user profile when you log in.
        "avatar": this.data.userInfo.avatarUrl,
      },
      header:{
        "content-type": "application/x-www-form-urlencoded",
      },
      success: res => {
        console.log(res)
        this.globalData.accessToken = res.data.access_token // Get Casdoor's access token
      }
    })
  }
})
`;

export const UPDATE = `wx.getUserProfile({
  desc: 'share your info to Casdoor',
  success: (res) => {
    this.setData({
      userInfo: res.userInfo,
      hasUserInfo: true
    })
    console.log(app.globalData.accessToken)
    wx.request({
      url: \`\${CASDOOR_HOSTNAME}/api/update-user\`, // Casdoor URL
      method: "POST",
      data: {
        "owner": "test",
        "name": "wechat-oGk3T5tIiMFo3SazCO75f0HEiE7Q",
        "displayName": this.data.userInfo.nickName,
        "avatar": this.data.userInfo.avatarUrl
      },
      header: {
        "Authorization": "Bearer " + app.globalData.accessToken, // Bearer token
        "content-type": "application/json"
      },
      success: (res) => {
        console.log(res)
      }
    })
  }
})
`;

/** A mini program to start from: the files that a reader would replace with their own. */
export const FILES = {
  'app.js': `App({
  globalData: { accessToken: '', user: '' },
})
`,
  'pages/index/index.js': `const app = getApp()

Page({
  data: { state: 'signed out', user: '' },

  logIn() {
    wx.showLoading({ title: '…' })
    wx.login({
      success: ({ code }) => wx.request({
        url: CASDOOR_HOSTNAME + '/api/login/oauth/access_token',
        method: 'POST',
        header: { 'content-type': 'application/x-www-form-urlencoded' },
        data: { tag: 'wechat_miniprogram', client_id: '6825f4f0af45554c8952', code },
        success: ({ data }) => {
          const token = data.access_token || data.accessToken
          if (!token) return this.setData({ state: data.error_description || data.msg })
          app.globalData.accessToken = token
          wx.setStorageSync('token', token)
          this.setData({ state: 'signed in' })
        },
        complete: () => wx.hideLoading(),
      }),
    })
  },

  showAccount() {
    wx.request({
      url: CASDOOR_HOSTNAME + '/api/get-account',
      header: { Authorization: 'Bearer ' + wx.getStorageSync('token') },
      success: ({ data }) => this.setData({ user: data.name || data.msg }),
    })
  },
})
`,
  'pages/index/index.wxml': `<view>{{state}} {{user}}</view>
<button bindtap="logIn">Log in</button>
<button bindtap="showAccount">Who am I?</button>
`,
};
