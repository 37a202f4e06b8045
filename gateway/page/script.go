package page

import (
	"embed"
	"strings"
)

//go:embed script/*.js
var scripts embed.FS

// script is the page's script: its files as one, in a scope of its own.
var script = joinScripts("text", "server", "timeline", "account", "traffic", "bring", "clients", "main")

// joinScripts puts script files together in the order in which they need each other.
func joinScripts(names ...string) string {
	var b strings.Builder
	b.WriteString("'use strict';\n(() => {\n")
	for _, name := range names {
		text, err := scripts.ReadFile("script/" + name + ".js")
		if err != nil {
			panic(err) // embedded above
		}
		b.Write(text)
	}
	b.WriteString("})();\n")
	return b.String()
}
