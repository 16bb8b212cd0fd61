const app = getApp();

const promised = (api) => (argument = {}) => new Promise((resolve, reject) => {
  wx[api]({ ...argument, success: resolve, fail: reject });
});

const login = promised('login');
const request = promised('request');
const setStorage = (key, data) => promised('setStorage')({ key, data });
const getStorage = (key) => promised('getStorage')({ key }).then(({ data }) => data);
const hadApp = () => app !== undefined;

module.exports = { login, request, setStorage, getStorage, hadApp };
