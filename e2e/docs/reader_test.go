package docs_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// written is the address that the documents use. The reader has a free one.
const written = "127.0.0.1:8100"

// patience bounds one block. A block may build the programs, on a busy machine.
const patience = 5 * time.Minute

// reader is a person with a fresh clone and an empty home, whose only other
// possession is a cookie export among the downloads.
type reader struct {
	home, clone string
	addr        string
	env         []string
	server      *server
}

func newReader(t *testing.T) *reader {
	t.Helper()
	home := harness.NewHome(t).Dir
	r := &reader{home: home, clone: filepath.Join(home, "geminid"), addr: harness.FreeAddr(t)}
	for _, name := range tracked(t) {
		copyFile(t, filepath.Join(harness.Root(), name), filepath.Join(r.clone, name))
	}
	sim := harness.Simulate(t)
	write(t, filepath.Join(home, "Downloads", "cookies.txt"), sim.Session(t, "reader").Netscape())
	// An HTTP error must fail a block; curl says so only when it is asked.
	write(t, filepath.Join(home, "curl", ".curlrc"), "fail-with-body\nmax-time = 30\n")
	r.env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "CURL_HOME=" + filepath.Join(home, "curl"), "NO_COLOR=1",
		"DEMO_LISTEN=" + r.addr, "GEMINID_LISTEN=" + r.addr, "GEMINID_UPSTREAM_URL=" + sim.URL, "GCHAT_SERVER=http://" + r.addr,
		"GCHAT_KEY=sk-demo", // what gchat takes by itself at the address of the documents
	}
	// A clean home is not a machine without modules and without a network.
	for _, name := range []string{"GOMODCACHE", "GOCACHE", "GOPROXY", "GOFLAGS", "GOSUMDB"} {
		out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		r.env = append(r.env, name+"="+strings.TrimSpace(string(out)))
	}
	for _, name := range []string{"npm_config_registry", "NODE_EXTRA_CA_CERTS", "HTTPS_PROXY", "NO_PROXY"} {
		if value, ok := os.LookupEnv(name); ok {
			r.env = append(r.env, name+"="+value)
		}
	}
	t.Cleanup(func() { r.leave(t) })
	return r
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	source, err := os.Open(from)
	if os.IsNotExist(err) {
		return // removed and not committed yet
	}
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(target, source); err != nil {
		t.Fatal(err)
	}
	if err := target.Close(); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// foreground are the commands that stay where they are until Ctrl-C.
var foreground = regexp.MustCompile(`^(make demo|(bin/)?geminid (demo|serve))\b`)

// follow runs one block.
func (r *reader) follow(t *testing.T, document string, b block) {
	t.Helper()
	where := document + ":" + strconv.Itoa(b.line)
	text := strings.ReplaceAll(b.text, written, r.addr)
	if b.lang == "sh" && foreground.MatchString(text) {
		r.leave(t)
		r.server = r.serve(t, where, text)
		return
	}
	cmd := r.program(t, where, b.lang, text)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	defer stop()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s\nprinted:\n%s", where, err, text, out)
	}
}

// shell keeps what a block sets for the next one, as a terminal does.
const shell = `set -eo pipefail
cd "$CLONE"
[ ! -e "$HOME/.terminal" ] || . "$HOME/.terminal"
set -a
. "$BLOCK"
export -p >"$HOME/.terminal"
`

// fileName is the first line of a block that is a file of the repository.
var fileName = regexp.MustCompile(`^// ([a-z_/]+\.go)\n`)

// program is how a block of a language runs.
func (r *reader) program(t *testing.T, where, lang, text string) *exec.Cmd {
	t.Helper()
	file := filepath.Join(r.clone, "block."+lang)
	var cmd *exec.Cmd
	switch lang {
	case "sh":
		write(t, file, text)
		cmd = exec.Command("bash", "-c", shell)
	case "go":
		if named := fileName.FindStringSubmatch(text); named != nil {
			// A file of the repository: it must fit in where its first line says.
			file = filepath.Join(r.clone, filepath.FromSlash(named[1]))
			write(t, file, text)
			cmd = exec.Command("go", "vet", "./"+path.Dir(named[1]))
			break
		}
		// A program: the module with the official SDKs is the reader's own.
		file = filepath.Join(r.clone, "e2e", "block", "main.go")
		write(t, file, text)
		cmd = exec.Command("go", "run", "-C", "e2e", "./block")
	case "js":
		file = filepath.Join(r.clone, "block.mjs")
		write(t, file, text)
		cmd = exec.Command("node", file)
	case "python":
		file = filepath.Join(r.clone, "block.py")
		write(t, file, text)
		cmd = exec.Command("python3", file)
		if !r.imports(text) {
			t.Logf("%s: NOT RUN, only compiled: the modules it imports are not installed", where)
			cmd = exec.Command("python3", "-m", "py_compile", file)
		}
	}
	cmd.Dir = r.clone
	cmd.Env = append([]string{"CLONE=" + r.clone, "BLOCK=" + file}, r.env...)
	return cmd
}

// imports reports whether what a Python program imports is installed.
func (r *reader) imports(text string) bool {
	var wanted []string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "import ") || strings.HasPrefix(line, "from ") {
			wanted = append(wanted, strings.TrimSpace(line))
		}
	}
	cmd := exec.Command("python3", "-c", strings.Join(wanted, "\n"))
	cmd.Env = r.env
	return cmd.Run() == nil
}
