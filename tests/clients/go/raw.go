package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

// sendCodes asks code2session at a base address, which may name a variable, for each code, with the address made as Casdoor's
// idp/wechat_miniprogram.go makes it: nothing in it is escaped.
func sendCodes(arguments []string) report {
	base, found := os.ExpandEnv(arguments[0]), report{}
	for _, code := range arguments[1:] {
		address := fmt.Sprintf(
			"%s/sns/jscode2session?appid=%s&secret=%s&js_code=%s&grant_type=authorization_code",
			base, os.Getenv("WECHAT_APPID"), os.Getenv("WECHAT_SECRET"), code)
		reply, err := http.Get(address)
		must(err)
		var body map[string]any
		err = json.NewDecoder(reply.Body).Decode(&body)
		reply.Body.Close()
		if err != nil {
			found[code] = reply.Status
		} else {
			found[code] = body["openid"]
		}
	}
	return found
}
