package client

import "testing"

func TestCleanServer(t *testing.T) {
	for given, want := range map[string]string{
		"":                              "",
		"gemini.example.org":            "http://gemini.example.org",
		"127.0.0.1:8100":                "http://127.0.0.1:8100",
		"https://gemini.example.org/":   "https://gemini.example.org",
		"https://a.example/v1":          "https://a.example",
		"https://a.example/gemini/v1//": "https://a.example/gemini",
		"http://[::1]:8100/v1/":         "http://[::1]:8100",
	} {
		if got, err := NormalizeAddress(given); err != nil || got != want {
			t.Errorf("cleanServer(%q) = %q, %v, want %q", given, got, err, want)
		}
	}
}
