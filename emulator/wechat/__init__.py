"""WeChat's rules."""
