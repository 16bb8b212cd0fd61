"""The hosts at which WeChat's servers are called."""

#: The API's own host, its second one, and those of its regions: Shanghai, Shenzhen, Hong Kong. Source: WeChat's docs.
WECHAT_HOSTS = (
    "api.weixin.qq.com",
    "api2.weixin.qq.com",
    "sh.api.weixin.qq.com",
    "sz.api.weixin.qq.com",
    "hk.api.weixin.qq.com",
)
