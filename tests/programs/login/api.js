// A backend whose address is written here, as in most mini programs.
const BASE = 'https://api.example.com';

/** Ask the backend with the fields of a query. */
export function ask(path, data) {
  return new Promise((resolve, reject) => {
    wx.request({
      url: `${BASE}${path}`,
      data,
      success: ({ statusCode, data: reply }) => (statusCode === 200 ? resolve(reply) : reject(new Error(`status ${statusCode}`))),
      fail: ({ errMsg }) => reject(new Error(errMsg)),
    });
  });
}
