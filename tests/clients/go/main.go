// Plays backends that use Go's own HTTP client, silenceper/wechat and casdoor-go-sdk as they come.
//
// Each subcommand makes its calls in the environment that `mockdoor exec` provides and prints one JSON object.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// report is what was found, by the name of the check.
type report map[string]any

var commands = map[string]func(arguments []string) report{
	"raw":                sendCodes,
	"wechat":             callWechat,
	"wechat-paths":       listWechatPaths,
	"casdoor":            callCasdoor,
	"casdoor-not-played": listCasdoorNotPlayed,
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: clients raw|wechat|wechat-paths|casdoor|casdoor-not-played [ARGUMENT...]")
		os.Exit(2)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	must(encoder.Encode(commands[os.Args[1]](os.Args[2:])))
}

// must ends the program with a message when something fails that no check is about.
func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// said is what a check shows of an error.
func said(err error) any {
	if err == nil {
		return nil
	}
	return err.Error()
}
