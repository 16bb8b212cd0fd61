import { Text, View } from '@tarojs/components';
import { useRouter } from '@tarojs/taro';

export default function Home() {
  const { params } = useRouter();
  return <View><Text>home of {params.who}</Text></View>;
}
