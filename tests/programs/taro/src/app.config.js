export default { pages: ['pages/login/index', 'pages/home/index'], window: { navigationBarTitleText: 'Taro' } };
