import uni from '@dcloudio/vite-plugin-uni';
import { defineConfig } from 'vite';

const plugin = uni.default ?? uni;

export default defineConfig({ plugins: [plugin()] });
