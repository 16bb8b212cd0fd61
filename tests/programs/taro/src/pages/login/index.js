import { Button, Form, Input, Text, View } from '@tarojs/components';
import Taro, { useLoad } from '@tarojs/taro';
import { useState } from 'react';

import { server } from '../../server';

export default function Login() {
  const [openid, setOpenid] = useState('');
  const [nickname, setNickname] = useState('');
  const [from, setFrom] = useState('');
  useLoad((query) => setFrom(query.from ?? 'nowhere'));

  const login = async () => {
    const { code } = await Taro.login();
    const { data } = await Taro.request({
      url: `${server()}/sns/jscode2session`,
      data: { appid: 'wx0123456789abcdef', secret: Taro.getStorageSync('secret'), js_code: code, grant_type: 'authorization_code' },
    });
    Taro.setStorageSync('openid', data.openid);
    setOpenid(data.openid ?? data.errmsg);
  };

  return (
    <View className='login'>
      <Text>from {from}</Text>
      <Button id='login' onClick={login}>登录</Button>
      {openid && <Text id='openid'>{openid}</Text>}
      <Form onSubmit={(event) => setNickname(event.detail.value.nickname)}>
        <Input name='nickname' type='nickname' placeholder='昵称' onInput={(event) => setNickname(`typing ${event.detail.value}`)} />
        <Button formType='submit'>保存</Button>
      </Form>
      <Text id='nickname'>{nickname}</Text>
      <Button onClick={() => Taro.navigateTo({ url: '/pages/home/index?who=alice' })}>首页</Button>
    </View>
  );
}
