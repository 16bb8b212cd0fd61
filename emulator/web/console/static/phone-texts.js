// Texts of the mini program's page, and the code that it starts with.

export const TEXTS = {
  person: ['Signed in at WeChat', '微信登录者'], output: ['Output', '输出'], code: ['Code', '代码'], file: ['File', '文件'],
  'tab.login': ['Log in', '登录'], 'tab.update': ['Update profile', '更新资料'], 'tab.files': ['Your files', '您的文件'],
  runKey: ['Run (Ctrl+Enter)', '运行（Ctrl+Enter）'], pick: ['Choose the files of a mini program', '选择小程序的文件'],
  pickFolder: ['Folder', '文件夹'], reload: ['Reload the folder', '重新载入文件夹'], forget: ['Take the folder away', '移除文件夹'],
  how: ['To see the pages drawn, run `{install}` once and reload; without it, their handlers become buttons.', '要显示页面，请先运行一次 `{install}` 再刷新；否则只会把处理函数列成按钮。'],
  dropHere: ['Choose the folder with app.json, or drop it on this page; its pages are drawn on the phone.', '选择含 app.json 的文件夹，或拖到本页；页面会显示在手机上。'],
  noApp: ['There is no app.json in this folder; choose the one with app.json or project.config.json.', '该文件夹中没有 app.json；请选择含 app.json 或 project.config.json 的文件夹。'],
  'tool.data': ['Data', '数据'], 'tool.storage': ['Storage', '存储'], 'tool.network': ['Network', '网络'], clearStorage: ['Clear', '清除'],
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
