"""The emulator of WeChat's mini-program login and of Casdoor, known as mockdoor."""

__version__ = "0.1.0"
