package page

import "strings"

// clientProgram is a chat program with the settings that lead it here.
type clientProgram struct {
	Name string
	Rows []setting
}

// setting is one field of a client's settings.
type setting struct {
	// Label is the field's name.
	Label string
	// Value is the text to put there.
	Value string
	// Path is the part of Value behind the server's address, for the script,
	// which knows the address that really leads here; absent without HasBase.
	Path    string
	HasBase bool
	// ID lets the script find the row, empty for most.
	ID string
}

// clientSettings are the ready-made settings. Each program adds its own part to the
// address: CherryStudio and NextChat /v1/…, ChatBox only the part behind /v1.
func (l *locale) clientSettings(v View) []clientProgram {
	address := func(label, path string) setting {
		return setting{Label: l.textOf(label), Value: v.Base + path, Path: path, HasBase: true}
	}
	key := setting{Label: l.textOf("client.key"), Value: l.textOf("client.yourkey")}
	return []clientProgram{
		{"CherryStudio", []setting{
			{Label: l.textOf("client.type"), Value: "OpenAI"}, address("client.host", ""), key, address("client.gemini", "/gemini"),
		}},
		{"NextChat", []setting{
			{Label: l.textOf("client.type"), Value: "OpenAI"}, address("client.endpoint", ""), key,
			{Label: l.textOf("client.models"), Value: customModels(v.Models), ID: "custom-models"},
			address("client.gemini", "/gemini"),
		}},
		{"ChatBox", []setting{
			{Label: l.textOf("client.type"), Value: "OpenAI API Compatible"}, address("client.host", "/v1"),
			{Label: l.textOf("client.path"), Value: "/chat/completions"}, key, address("client.gemini", "/gemini"),
		}},
	}
}

// customModels lists the models in NextChat's form.
func customModels(models []string) string {
	return strings.Join(append([]string{"-all"}, models...), ",+")
}
