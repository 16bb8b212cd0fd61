package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

// control makes a call to the emulator's control API, as a test would, and returns its JSON.
func control(path string, given map[string]string) map[string]any {
	body, err := json.Marshal(given)
	must(err)
	address := os.Getenv("MOCKDOOR_URL") + "/_emulator/" + path
	reply, err := http.Post(address, "application/json", bytes.NewReader(body))
	must(err)
	defer reply.Body.Close()
	if reply.StatusCode >= 300 {
		must(fmt.Errorf("%s: %s", address, reply.Status))
	}
	var found map[string]any
	must(json.NewDecoder(reply.Body).Decode(&found))
	return found
}
