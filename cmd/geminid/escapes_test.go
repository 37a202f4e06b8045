package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// TestForeignTextSteersNoTerminal asks servers that put the escapes of a terminal into
// every text of their answers.
func TestForeignTextSteersNoTerminal(t *testing.T) {
	const evil = `\u001b]52;c;cm0gLXJm\u0007\u001b[2J\u009b2J\u202eevil`
	answers := map[string]string{
		"report":  `{"status":"E","remedy":"E","stray_file":{"file":"E","result":"E","detail":"E"},"accounts":[{"name":"E","state":"E","evidence":"E","next_action":"E","basis":"E","activity":"E","generation":1,"mark":"E","remedy":"E","notes":["E"],"last_file":{"file":"E","result":"E","detail":"E"}}]}`,
		"history": `{"accounts":[{"account":"E","generations":[{"number":1,"mark":"E","origin":"E","end":"E"}]}]}`,
		"verdict": `{"account":"E","result":"E","code":"E","message":"E","warnings":[{"code":"E","message":"E"}],"changed":["E"],"restart":["E"],"channels":[{"channel":"E","error":"E"}]}`,
		"refusal": `{"error":{"message":"E","code":"E"}}`,
		"page":    `<html>E`,
	}
	commands := [][]string{
		{"cookies", "status"}, {"cookies", "status", "--json"}, {"cookies", "history"}, {"cookies", "rotate", "main"},
		{"cookies", "probe", "main"}, {"cookies", "remove", "main"}, {"notify", "test"}, {"reload"},
	}
	seen := 0
	for name, answer := range answers {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(strings.ReplaceAll(answer, `"E`, `"`+evil)))
		}))
		t.Cleanup(server.Close)
		for _, command := range commands {
			t.Run(name+"/"+strings.Join(command, " "), func(t *testing.T) {
				var said strings.Builder
				stdout.Output, stderr.Output = &said, &said
				defer func() { stdout.Output, stderr.Output = os.Stdout, os.Stderr }()
				run(append(command, "--server", server.URL, "--key", "k"))
				seen += strings.Count(said.String(), "evil")
				if strings.ContainsAny(said.String(), "\x1b\x07\u009b\u202e") {
					t.Errorf("said %q", said.String())
				}
			})
		}
	}
	if seen < 20 {
		t.Errorf("the texts were shown %d times only", seen)
	}
}
