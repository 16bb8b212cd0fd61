"""Promises about WeChat's ciphers and signatures: the vectors of facts/wechat.md 3."""

import json
import subprocess
import sys
from hashlib import sha256

import pytest

from emulator.wechat.crypto import decrypt, encrypt, hmac_sha256, sign

KEY, IV = "tiihtNczf5v6AKRyjwEUhQ==", "r7BXXKkLb8qrSNn05n0qiA=="
ENCRYPTED = (
    "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS9uT5geRa0W4oTOb1WT7fJlAC+oNPdbB+3hVbJSRgv+4lGOETKUQz"
    "6OYStslQ142dNCuabNPGBzlooOmB231qMM85d2/fV6ChevvXvQP8Hkue1poOFtnEtpyxVLW1zAo6/1Xx1COxFvrc2d7UL/lmHInNlxuacJXwu0fjpXfz"
    "/YqYzBIBzD6WUfTIF9GRHpOn/Hz7saL8xz+W//FRAUid1OksQaQx4CMs8LOddcQhULW4ucetDf96JcR3g0gfRK4PC7E/r7Z6xNrXd2UIeorGj5Ef7b1p"
    "JAYB6Y5anaHqZ9J6nKEBvB4DnNLIVWSgARns/8wR2SiRS7MNACwTyrGvt9ts8p12PKFdlqYTopNHR1Vf7XjfhQlVsAJdNiKdYmYVoKlaRv85IfVunYzO"
    "0IKXsyl7JCUjCpoG20f0a04COwfneQAGGwd5oa+T8yO5hzuyDb/XcxxmK01EpqOyuxINew=="
)
PLAIN = (
    '{"openId":"oGZUI0egBJY1zhBYw2KhdUfwVJJE","nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou",'
    '"province":"Guangdong","country":"CN","avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/aSKcBBPpibyKNicHNTMM0qJVh8Kjgiak2A'
    'HWr8MHM4WgMEm7GFhsf8OYrySdbvAMvTsw3mo8ibKicsnfN5pRjl1p8HQ/0","unionId":"ocMvos6NjeKLIBqg5Mr9QjxrP1FA",'
    '"watermark":{"timestamp":1477314187,"appid":"wx4f4bc4dec97d474b"}}'
)
BAND = (
    '{"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong","country":"CN",'
    '"avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w7bQxKARol6503Iuswjjn6nIGBiaycAjAtpujxyzYs'
    'rztuuICqIM5ibXQ/0"}'
)
LIN = (
    '{"nickName":"Xavier-Lam林","gender":1,"language":"zh_CN","city":"Ningde","province":"Fujian","country":"China",'
    '"avatarUrl":"https://wx.qlogo.cn/mmopen/vi_32/vTxUxcbjcZ8t9eU6YfXBwRU89KS9uRILEDro01MTYp7UKYsyTjLFMIVhB0AlBuEvLHbhmO3'
    'OpaHw5zwlSetuLg/132"}'
)


def test_the_official_sample_is_as_published():
    digest = sha256(ENCRYPTED.encode()).hexdigest()

    assert (len(ENCRYPTED), digest) == (536, "7842122eb129390ef7ca47b91ae8d142553fc5849eaad857552491f090118a51")
    assert len(PLAIN.encode()) == 393


def test_the_official_sample_is_decrypted_and_encrypted():
    assert decrypt(ENCRYPTED, session_key=KEY, iv=IV) == PLAIN
    assert encrypt(PLAIN, session_key=KEY, iv=IV) == ENCRYPTED


@pytest.mark.parametrize(
    ("key", "iv", "encrypted"),
    [
        pytest.param("HyVFkGl5F5OQWJZZaNzBBg==", IV, ENCRYPTED, id="another key"),
        pytest.param("too short", IV, ENCRYPTED, id="a key that is not one"),
        pytest.param("AAAA", IV, ENCRYPTED, id="a key of 3 bytes"),
        pytest.param(KEY, "AAAA", ENCRYPTED, id="an iv of 3 bytes"),
        pytest.param(KEY, IV, ENCRYPTED.replace("+", " "), id="plus signs that became spaces"),
        pytest.param(KEY, IV, "AAAA", id="half a block"),
    ],
)
def test_what_does_not_fit_is_refused(key, iv, encrypted):
    with pytest.raises(ValueError):  # noqa: PT011  # whose words it is in does not matter
        decrypt(encrypted, session_key=key, iv=iv)


@pytest.mark.parametrize("text", ["", "x" * 16, json.dumps({"phoneNumber": "13800138000", "名": "小明"})])
def test_every_text_comes_back(text):
    assert decrypt(encrypt(text, session_key=KEY, iv=IV), session_key=KEY, iv=IV) == text


@pytest.mark.parametrize(
    ("key", "raw", "signature"),
    [
        pytest.param(
            "HyVFkGl5F5OQWJZZaNzBBg==", BAND, "75e81ceda165f4ffa64f4068af58c64b8f54b88c", id="official sample"
        ),
        pytest.param("GtYYez5b/M5HhT4L7n31gQ==", LIN, "8fde625b7640734a13c071c05d792b5cef21cf89", id="a Chinese name"),
    ],
)
def test_raw_data_is_signed_as_published(key, raw, signature):
    assert sign(raw, session_key=key) == signature


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        ('{"foo":"bar"}', "654571f79995b2ce1e149e53c0a33dc39c0a74090db514261454e8dbe432aa0b"),
        ("", "46e043c5525c2d817c44be603d30837a808a1d930d038f6fdc3e62a201fed128"),
    ],
)
def test_requests_are_signed_as_published(body, signature):
    assert hmac_sha256(body, session_key="o0q0otL8aEzpcZL/FT9WsQ==") == signature


def test_the_cipher_is_loaded_by_its_first_use():
    asked = "import sys, emulator.wechat.crypto, emulator.wechat.operations; print('cryptography' in sys.modules)"

    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert told.stdout == "False\n"
