package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/casdoor/casdoor-go-sdk/casdoorsdk"
	"golang.org/x/oauth2"
)

func newCasdoor(endpoint string) *casdoorsdk.Client {
	certificate, err := os.ReadFile(os.Getenv("CASDOOR_CERTIFICATE"))
	must(err)
	return casdoorsdk.NewClient(endpoint, os.Getenv("CASDOOR_CLIENT_ID"), os.Getenv("CASDOOR_CLIENT_SECRET"),
		string(certificate), os.Getenv("CASDOOR_ORGANIZATION"), os.Getenv("CASDOOR_APPLICATION"))
}

// callCasdoor works with the user and the tokens of a mini program's login.
func callCasdoor([]string) report {
	sdk, found := newCasdoor(os.Getenv("CASDOOR_ENDPOINT")), report{}
	access, refresh := logIn(sdk)
	checkTokens(sdk, found, access, refresh)
	checkUsers(sdk, found)
	checkChanges(sdk, found)
	checkRoles(sdk, found)
	sdk.ClientSecret = "wrong"
	_, err := sdk.GetUsers()
	found["wrong secret"] = said(err)
	return found
}

// logIn sends a mini program's login code, for which the SDK has no method; returns access and refresh token.
func logIn(sdk *casdoorsdk.Client) (access, refresh string) {
	reply, err := http.PostForm(sdk.Endpoint+"/api/login/oauth/access_token", url.Values{
		"tag": {"wechat_miniprogram"}, "client_id": {sdk.ClientId}, "code": {"alice"}, "username": {"alice"}})
	must(err)
	defer reply.Body.Close()
	var given map[string]any
	must(json.NewDecoder(reply.Body).Decode(&given))
	if given["accessToken"] != nil { // as some versions of Casdoor call it
		return given["accessToken"].(string), given["refreshToken"].(string)
	}
	return given["access_token"].(string), given["refresh_token"].(string)
}

func checkTokens(sdk *casdoorsdk.Client, found report, access, refresh string) {
	found["login"] = claims(sdk, access)
	_, err := sdk.ParseJwtToken(access[:len(access)-8] + "AAAAAAAA")
	found["forged"] = said(err)
	state, err := sdk.IntrospectToken(access, "access_token")
	found["introspect"] = []any{state != nil && state.Active, state != nil && state.Username == "alice", said(err)}
	renewed, err := sdk.RefreshOAuthToken(refresh)
	found["refresh"] = tokens(sdk, renewed, err)
	_, err = sdk.RefreshOAuthToken("unknown")
	found["refresh with an unknown token"] = said(err)
	_, err = sdk.GetOAuthToken("unknown", "state")
	found["code"] = said(err)
}

func tokens(sdk *casdoorsdk.Client, given *oauth2.Token, err error) any {
	if err != nil {
		return said(err)
	}
	return []any{given.TokenType, given.RefreshToken != "", claims(sdk, given.AccessToken)}
}

func claims(sdk *casdoorsdk.Client, token string) any {
	read, err := sdk.ParseJwtToken(token)
	if err != nil {
		return said(err)
	}
	return []any{read.Owner, read.Name, read.TokenType, read.Audience, read.Issuer == sdk.Endpoint, read.IsRefreshToken()}
}

func checkUsers(sdk *casdoorsdk.Client, found report) {
	user, err := sdk.GetUser("alice")
	must(err)
	found["get-user"] = []any{user.Owner, user.Name, user.SignupApplication, user.WeChat == user.Properties["wechatOpenId"]}
	byId, err := sdk.GetUserByUserId(user.Id)
	found["get-user by id"] = []any{byId != nil && byId.Name == "alice", said(err)}
	nobody, err := sdk.GetUser("nobody")
	found["get-user of nobody"] = []any{nobody, said(err)}
	users, err := sdk.GetUsers()
	found["get-users"] = []any{len(users), said(err)}
	page, count, err := sdk.GetPaginationUsers(1, 2, map[string]string{})
	found["get-users by page"] = []any{len(page), count, said(err)}
	count, err = sdk.GetUserCount("")
	found["get-user-count"] = []any{count, said(err)}
	application, err := sdk.GetApplication("app-docs")
	found["get-application"] = []any{application != nil && application.Name == "app-docs", said(err)}
	organization, err := sdk.GetOrganization("test")
	found["get-organization"] = []any{organization != nil && organization.Name == "test", said(err)}
}

func checkChanges(sdk *casdoorsdk.Client, found report) {
	user, err := sdk.GetUser("alice")
	must(err)
	user.DisplayName = "小明 Zhang"
	changed, err := sdk.UpdateUser(user)
	found["update-user"] = []any{changed, said(err), displayName(sdk, "alice")}
	user.DisplayName, user.Title = "Alice", "Engineer"
	changed, err = sdk.UpdateUserForColumns(user, []string{"display_name"})
	stored, _ := sdk.GetUser("alice")
	found["update-user for columns"] = []any{changed, said(err), stored.DisplayName, stored.Title}
	user.Id = "another"
	changed, err = sdk.UpdateUser(user)
	found["update-user of an id"] = []any{changed, said(err)}
	added := &casdoorsdk.User{Owner: "test", Name: "carol", DisplayName: "Carol", SignupApplication: "app-docs"}
	changed, err = sdk.AddUser(added)
	found["add-user"] = []any{changed, said(err), displayName(sdk, "carol")}
	changed, err = sdk.DeleteUser(added)
	found["delete-user"] = []any{changed, said(err), displayName(sdk, "carol")}
}

func checkRoles(sdk *casdoorsdk.Client, found report) {
	role := &casdoorsdk.Role{Owner: "test", Name: "cashier", Users: []string{"test/alice"}, IsEnabled: true}
	added, err := sdk.AddRole(role)
	names := []string{}
	roles, problem := sdk.GetRoles()
	for _, one := range roles {
		names = append(names, one.Name)
	}
	found["roles"] = []any{added, said(err), names, said(problem)}
}

func displayName(sdk *casdoorsdk.Client, name string) any {
	user, err := sdk.GetUser(name)
	must(err)
	if user == nil {
		return nil
	}
	return user.DisplayName
}

// listCasdoorNotPlayed asks the emulator for each path that a method of the SDK's client asks for.
func listCasdoorNotPlayed([]string) report {
	asked, server := record(`{"status": "ok", "data": null, "data2": 0}`)
	defer server.Close()
	callAll(casdoorsdk.NewClient(server.URL, "id", "secret", "", "organization", "application"))
	missing := []string{}
	for _, one := range asked.sorted() {
		if method, path, _ := strings.Cut(one, " "); !isPlayed(method, path) {
			missing = append(missing, one)
		}
	}
	return report{"not played": missing}
}

// isPlayed tells a reply from a 404 and from the envelope that says what mockdoor does not play.
func isPlayed(method, path string) bool {
	request, err := http.NewRequest(method, os.Getenv("CASDOOR_ENDPOINT")+path, nil)
	must(err)
	request.SetBasicAuth(os.Getenv("CASDOOR_CLIENT_ID"), os.Getenv("CASDOOR_CLIENT_SECRET"))
	reply, err := http.DefaultClient.Do(request)
	must(err)
	defer reply.Body.Close()
	var envelope struct{ Msg string }
	_ = json.NewDecoder(reply.Body).Decode(&envelope) // some replies are no envelopes
	return reply.StatusCode != 404 && !strings.HasPrefix(envelope.Msg, "mockdoor does not play "+method+" ")
}
