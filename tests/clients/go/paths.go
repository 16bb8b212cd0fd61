package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"sort"
	"strings"
	"sync"
)

// recorder is a server that knows nothing and notes what it is asked for.
type recorder struct {
	mutex  sync.Mutex
	asked  map[string]bool
	answer string
}

func record(answer string) (*recorder, *httptest.Server) {
	one := &recorder{asked: map[string]bool{}, answer: answer}
	return one, httptest.NewServer(one)
}

func (one *recorder) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	one.mutex.Lock()
	defer one.mutex.Unlock()
	one.asked[request.Method+" "+request.URL.Path] = true
	writer.Header().Set("Content-Type", "application/json")
	_, _ = writer.Write([]byte(one.answer))
}

func (one *recorder) sorted() []string {
	one.mutex.Lock()
	defer one.mutex.Unlock()
	found := make([]string, 0, len(one.asked))
	for path := range one.asked {
		found = append(found, path)
	}
	sort.Strings(found)
	return found
}

// callAll calls every method of an object with anything; what a method makes of the reply does not matter.
func callAll(object any) {
	value := reflect.ValueOf(object)
	for number := 0; number < value.NumMethod(); number++ {
		if !strings.HasPrefix(value.Type().Method(number).Name, "Do") { // the SDK's own means, which take any path
			call(value.Method(number))
		}
	}
}

func call(method reflect.Value) {
	defer func() { _ = recover() }() // some take parts of a reply without a look
	given := []reflect.Value{}
	for number := 0; number < method.Type().NumIn(); number++ {
		given = append(given, anything(method.Type().In(number)))
	}
	if method.Type().IsVariadic() {
		given = given[:len(given)-1]
	}
	method.Call(given)
}

func anything(kind reflect.Type) reflect.Value {
	switch kind.Kind() {
	case reflect.Map:
		return reflect.MakeMap(kind)
	case reflect.Pointer:
		return reflect.New(kind.Elem())
	case reflect.String:
		return reflect.ValueOf(os.DevNull).Convert(kind) // some are names of files
	}
	if kind == reflect.TypeOf((*context.Context)(nil)).Elem() {
		return reflect.ValueOf(context.Background())
	}
	return reflect.Zero(kind)
}

// detour carries every request to another server.
type detour struct{ server string }

func (one detour) RoundTrip(request *http.Request) (*http.Response, error) {
	moved := request.Clone(request.Context())
	moved.URL.Scheme, moved.URL.Host = "http", strings.TrimPrefix(one.server, "http://")
	return http.DefaultTransport.RoundTrip(moved)
}
