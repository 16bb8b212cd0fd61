/** `wx.request` gives a task and no promise. */
const request = (argument) => new Promise((success, fail) => { wx.request({ ...argument, success, fail }); });

/** Ask as the shop's backend would: a code for an openid. */
async function openidOf(code) {
  const query = `appid=wx0123456789abcdef&secret=${wx.getStorageSync('secret')}&js_code=${code}&grant_type=authorization_code`;
  const { data } = await request({ url: `${wx.getStorageSync('server')}/sns/jscode2session?${query}` });
  if (data.errcode) throw new Error(`${data.errcode} ${data.errmsg}`);
  return data.openid;
}

module.exports = { openidOf };
