package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"image"
	_ "image/jpeg"
	"net/http"
	"os"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/miniprogram"
	"github.com/silenceper/wechat/v2/miniprogram/auth"
	"github.com/silenceper/wechat/v2/miniprogram/config"
	"github.com/silenceper/wechat/v2/miniprogram/qrcode"
	"github.com/silenceper/wechat/v2/miniprogram/security"
	"github.com/silenceper/wechat/v2/miniprogram/subscribe"
	"github.com/silenceper/wechat/v2/util"
)

func newProgram(secret string, stable bool) *miniprogram.MiniProgram {
	return miniprogram.NewMiniProgram(&config.Config{
		AppID: os.Getenv("WECHAT_APPID"), AppSecret: secret, Cache: cache.NewMemory(), UseStableAK: stable})
}

// callWechat calls https://api.weixin.qq.com, which the library has hard-coded; the argument is a template.
func callWechat(arguments []string) report {
	program, found := newProgram(os.Getenv("WECHAT_SECRET"), false), report{}
	checkAccessTokens(found)
	openid, key := checkLogins(program, found)
	checkSessions(program, found, openid, key)
	checkPhones(program, found)
	checkUserInfo(program, found, key)
	checkMessages(program, found, openid, arguments[0])
	checkContent(program, found, openid)
	checkCodes(program, found)
	return found
}

func checkAccessTokens(found report) {
	program := newProgram(os.Getenv("WECHAT_SECRET"), false)
	first, err := program.GetContext().GetAccessToken()
	again, _ := program.GetContext().GetAccessToken()
	found["token"] = []any{len(first), first == again, said(err)}
	stable, err := newProgram(os.Getenv("WECHAT_SECRET"), true).GetContext().GetAccessToken()
	found["stable token"] = []any{stable != "", stable != first, said(err)}
	_, err = newProgram("wrong", false).GetContext().GetAccessToken()
	found["token with a wrong secret"] = said(err)
}

func checkLogins(program *miniprogram.MiniProgram, found report) (openid, key string) {
	code := control("login-codes", map[string]string{"persona": "bob"})["code"].(string)
	session, err := program.GetAuth().Code2Session(code)
	found["session"] = []any{len(session.OpenID), len(session.SessionKey), len(session.UnionID), said(err)}
	_, err = program.GetAuth().Code2Session(code)
	found["session of a spent code"] = said(err)
	_, err = program.GetAuth().Code2Session("nobody")
	found["session of an unknown code"] = said(err)
	_, err = program.GetAuth().Code2Session("the code is a mock one")
	found["session of a code with spaces"] = said(err)
	return session.OpenID, session.SessionKey
}

func checkSessions(program *miniprogram.MiniProgram, found report, openid, key string) {
	signer := hmac.New(sha256.New, []byte(key)) // signs nothing, as both calls want it
	signature := hex.EncodeToString(signer.Sum(nil))
	found["live session"] = said(program.GetAuth().CheckSession(signature, openid))
	found["session with a wrong signature"] = said(program.GetAuth().CheckSession("wrong", openid))
	paid := control("payments", map[string]string{"persona": "bob"})["transaction_id"].(string)
	unionid, err := program.GetAuth().GetPaidUnionID(&auth.GetPaidUnionIDRequest{OpenID: openid, TransactionID: paid})
	found["unionid of who paid"] = []any{len(unionid), said(err)}
}

func checkPhones(program *miniprogram.MiniProgram, found report) {
	code := control("phone-codes", map[string]string{"persona": "bob"})["code"].(string)
	given, err := program.GetAuth().GetPhoneNumber(code)
	must(err)
	phone := given.PhoneInfo
	found["phone"] = []any{len(phone.PurePhoneNumber), phone.CountryCode, phone.WaterMark.AppID}
	_, err = program.GetAuth().GetPhoneNumber(code)
	found["phone of a spent code"] = said(err)
}

func checkUserInfo(program *miniprogram.MiniProgram, found report, key string) {
	given := control("user-info", map[string]string{"persona": "bob", "kind": "getUserInfo"})
	data, iv := given["encryptedData"].(string), given["iv"].(string)
	info, err := program.GetEncryptor().Decrypt(key, data, iv)
	must(err)
	found["user info"] = []any{info.NickName, info.OpenID, info.Watermark.AppID}
	_, err = program.GetEncryptor().Decrypt("AAAAAAAAAAAAAAAAAAAAAA==", data, iv)
	found["user info with a wrong key is refused"] = err != nil
}

func checkMessages(program *miniprogram.MiniProgram, found report, openid, template string) {
	control("permits", map[string]string{"persona": "bob", "template": template})
	message := &subscribe.Message{ToUser: openid, TemplateID: template, Page: "pages/index",
		Data: map[string]*subscribe.DataItem{"thing1": {Value: "两杯拿铁"}, "time2": {Value: "2026-01-01 16:00"}}}
	number, err := program.GetSubscribe().SendGetMsgID(message)
	found["message"] = []any{number > 0, said(err)}
	found["message without a permit"] = said(program.GetSubscribe().Send(message))
}

func checkContent(program *miniprogram.MiniProgram, found report, openid string) {
	_, err := program.GetSecurity().MsgCheckV1("你好")
	found["content"] = said(err)
	_, err = program.GetSecurity().MsgCheckV1("来赌博吧")
	found["forbidden content"] = said(err)
	checked, err := program.GetSecurity().MsgCheck(&security.MsgCheckRequest{
		OpenID: openid, Scene: security.MsgSceneComment, Content: "来赌博吧"})
	found["forbidden content, version 2"] = []any{checked.Result.Suggest, int(checked.Result.Label), said(err)}
}

func checkCodes(program *miniprogram.MiniProgram, found report) {
	drawn, err := program.GetQRCode().GetWXACodeUnlimit(qrcode.QRCoder{Scene: "id=7", Page: "pages/index", Width: 300})
	must(err)
	shape, kind, err := image.DecodeConfig(bytes.NewReader(drawn))
	found["code"] = []any{kind, shape.Width, shape.Height, said(err)}
	_, err = program.GetQRCode().GetWXACodeUnlimit(qrcode.QRCoder{Scene: "a", Page: "pages/none"})
	found["code of a page that is not there"] = said(err)
}

// listWechatPaths notes what the methods about logins, messages, content and codes ask for.
func listWechatPaths([]string) report {
	asked, server := record(`{"access_token": "token", "expires_in": 7200}`)
	defer server.Close()
	util.DefaultHTTPClient = &http.Client{Transport: detour{server.URL}} // the library's own way to move its calls
	program := newProgram("secret", false)
	_, _ = newProgram("secret", true).GetContext().GetAccessToken()
	callAll(program.GetAuth())
	callAll(program.GetSubscribe())
	callAll(program.GetSecurity())
	callAll(program.GetQRCode())
	return report{"paths": asked.sorted()}
}
