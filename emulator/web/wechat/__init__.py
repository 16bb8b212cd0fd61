"""WeChat's side of the application."""
