package agents_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// pages are the document that says how to set up each program, in its languages.
var pages = []string{"clients.md", "clients.zh-CN.md"}

func readDocument(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(harness.Root(), "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// settings is what the section of a program says.
type settings struct {
	file string   // the content of its configuration
	env  []string // what is to be exported
}

var fenced = regexp.MustCompile("(?s)```(json|toml|console)\n(.*?)```")

// readSettings reads the section of a program. The address and the key in it become
// <url> and <key>.
func readSettings(t *testing.T, page, program string) (s settings) {
	t.Helper()
	_, section, ok := strings.Cut(readDocument(t, page), "\n### "+program+"\n")
	if !ok {
		t.Fatalf("%s has no section %s", page, program)
	}
	section, _, _ = strings.Cut(section, "\n### ")
	section = strings.NewReplacer("http://HOST:8100", "<url>", "gmd_...", "<key>").Replace(section)
	for _, block := range fenced.FindAllStringSubmatch(section, -1) {
		if block[1] != "console" {
			s.file = block[2]
			continue
		}
		for line := range strings.Lines(block[2]) {
			if set, ok := strings.CutPrefix(line, "$ export "); ok {
				s.env = append(s.env, strings.Fields(set)...)
			}
		}
	}
	return s
}

// TestDocumentedVersions: the tables name the versions that are tested, and both
// languages have the same settings.
func TestDocumentedVersions(t *testing.T) {
	var manifest struct{ Dependencies map[string]string }
	content, err := os.ReadFile(filepath.Join("programs", "package.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &manifest); err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(filepath.Join(harness.Root(), "e2e", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for _, required := range regexp.MustCompile(`(?m)^\t(\S+) v(\S+)$`).FindAllStringSubmatch(string(module), -1) {
		manifest.Dependencies[required[1]] = required[2]
	}
	for _, page := range pages {
		document := readDocument(t, page)
		for row, dependency := range map[string]string{
			"[Claude Code](#claude-code)": "@anthropic-ai/claude-code-linux-x64", "[Codex](#codex)": "@openai/codex-linux-x64",
			"[gemini-cli](#gemini-cli)": "@google/gemini-cli", "[Qwen Code](#qwen-code)": "@qwen-code/qwen-code",
			"[opencode](#opencode)": "opencode-linux-x64", "AI SDK": "ai", "LangChain": "langchain", "OpenAI Agents SDK": "@openai/agents",
			"Google Gen AI SDK for JavaScript": "@google/genai",
			"openai-go":                        "github.com/openai/openai-go/v3", "anthropic-sdk-go": "github.com/anthropics/anthropic-sdk-go/v2", "Go Gen AI SDK": "google.golang.org/genai",
		} {
			version := strings.TrimSuffix(manifest.Dependencies[dependency], "-linux-x64")
			version = version[strings.LastIndexByte(version, '@')+1:]
			if line := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(row) + ` \|.*$`).FindString(document); version == "" || !strings.Contains(line, version+" |") {
				t.Errorf("%s: the row of %s is %q, and version %q is tested", page, row, line, version)
			}
		}
	}
	for _, p := range agents {
		if p.library {
			continue
		}
		first, second := readSettings(t, pages[0], p.name), readSettings(t, pages[1], p.name)
		if first.file != second.file || strings.Join(first.env, " ") != strings.Join(second.env, " ") {
			t.Errorf("%s: the settings differ: %+v and %+v", p.name, first, second)
		}
	}
}
