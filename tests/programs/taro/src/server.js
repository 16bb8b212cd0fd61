import Taro from '@tarojs/taro';

/** The address that the test wrote into storage. */
export const server = () => Taro.getStorageSync('server');
