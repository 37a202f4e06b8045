package agents_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// taskTime bounds one task. It is far more than a task takes on a busy machine.
const taskTime = 3 * time.Minute

// task is what each program is to do: read two files with calls of one answer, edit one,
// run a command, and answer with what the command said.
type task struct {
	lab    *lab
	front  *tap   // what the program takes for the server
	home   string // nothing of it is shared
	dir    string // the working directory
	id     string // stands in the question
	word   string // stands in the first file, and nowhere else
	place  string // stands in the second file
	stdin  string
	output bytes.Buffer
}

// The files, and what the edit changes.
const (
	notes   = "notes.txt"
	places  = "places.txt"
	oldText = "bird of the day"
	newText = "bird of the year"
	// The command's output is nothing that a program has seen before.
	command = "tr a-z A-Z < " + notes + " | tee shout.txt"
)

func (l *lab) newTask(t *testing.T) *task {
	t.Helper()
	home := harness.NewHome(t).Dir
	task := &task{
		lab: l, front: newTap(t, l.URL), home: home, dir: filepath.Join(home, "project"),
		id: "task-" + rand.Text()[:8], word: harness.Secret("kingfisher-" + strings.ToLower(rand.Text()[:10])),
		place: harness.Secret("by-the-river-" + strings.ToLower(rand.Text()[:10])),
	}
	task.write(t, filepath.Join("project", places), "It was seen "+task.place+".\n")
	task.write(t, filepath.Join("project", notes), "The "+oldText+" is "+task.word+".\nIt lives by the river.\n")
	return task
}

// write writes a file below the home.
func (k *task) write(t *testing.T, name, content string) {
	t.Helper()
	path := filepath.Join(k.home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// copyScripts copies the scripts of the libraries beside the installed packages, and
// returns the path of one.
func (k *task) copyScripts(t *testing.T, name string) string {
	t.Helper()
	scripts, err := filepath.Glob(filepath.Join("programs", "*.mjs"))
	if err != nil || len(scripts) == 0 {
		t.Fatalf("found scripts %v, %v", scripts, err)
	}
	for _, script := range scripts {
		content, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		k.write(t, filepath.Join("library", filepath.Base(script)), string(content))
	}
	if err := os.Symlink(k.lab.programs.path(""), filepath.Join(k.home, "library", "node_modules")); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(k.home, "library", name)
}

// fill puts the paths and words of a task into a text of a program's row.
func (k *task) fill(text string) string {
	return strings.NewReplacer("<url>", k.front.URL, "<key>", k.lab.Key, "<host>", strings.TrimPrefix(k.front.URL, "http://"),
		"<file>", filepath.Join(k.dir, notes), "<other>", filepath.Join(k.dir, places), "<old>", oldText, "<new>", newText, "<command>", command).Replace(text)
}

// question asks for the task. The calls tell the pretend model how the tools of this
// program are called; beside the first that names the file it is to read the other one.
func (k *task) question(calls []string) string {
	text := "This is " + k.id + ". Read " + notes + " and " + places + ", make it the bird of the year there, and tell me what this prints: " + command + "."
	both := false
	for _, call := range calls {
		text += "\n[call " + k.fill(call) + "]"
		if !both && strings.Contains(call, "<file>") {
			text += "\n[also " + k.fill(strings.ReplaceAll(call, "<file>", "<other>")) + "]"
			both = true
		}
	}
	return text
}

// run runs a program, which must end well.
func (k *task) run(t *testing.T, env []string, argv ...string) {
	t.Helper()
	if err := k.try(t, env, argv...); err != nil {
		t.Errorf("%s: %v", filepath.Base(argv[0]), err)
	}
}

// try runs a program to its end.
func (k *task) try(t *testing.T, env []string, argv ...string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), taskTime)
	defer cancel()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = k.dir, strings.NewReader(k.stdin), &k.output, &k.output
	cmd.Env = append([]string{
		"HOME=" + k.home, "PATH=" + k.lab.programs.node() + string(filepath.ListSeparator) + os.Getenv("PATH"),
		// What a program asks of anybody else than the server is refused at once.
		"HTTPS_PROXY=http://127.0.0.1:9", "HTTP_PROXY=http://127.0.0.1:9", "NO_PROXY=127.0.0.1",
		"TMPDIR=" + k.home, "TERM=dumb", "NO_COLOR=1", "CI=1", "LANG=C.UTF-8",
	}, env...)
	begin := time.Now()
	err := runBounded(ctx, cmd)
	t.Logf("%.1f s, %d requests", time.Since(begin).Seconds(), len(k.front.requests()))
	return err
}

// check looks for all that the task asked for.
func (k *task) check(t *testing.T) {
	t.Helper()
	defer func() {
		if t.Failed() {
			t.Logf("it printed:\n%s\nand asked:\n%s", k.output.String(), k.describeRequests())
		}
	}()
	edited := "The " + newText + " is " + k.word + ".\nIt lives by the river.\n"
	for name, want := range map[string]string{notes: edited, "shout.txt": strings.ToUpper(edited)} {
		if got, err := os.ReadFile(filepath.Join(k.dir, name)); err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v, want %q", name, got, err, want)
		}
	}
	if !k.modelSaw(k.word, k.place) {
		t.Error("the model was never shown what both files say")
	}
	if want := strings.ToUpper("the " + newText + " is " + k.word); !strings.Contains(k.output.String(), want) {
		t.Errorf("the answer lacks what the command printed, %q", want)
	}
}

// checkReport looks for the line of a structured answer, which programs/task.mjs prints.
func (k *task) checkReport(t *testing.T) {
	t.Helper()
	if !strings.Contains(k.output.String(), "\nREPORT {") {
		t.Errorf("there is no structured answer; it printed:\n%s", k.output.String())
	}
}

// modelSaw reports whether a prompt of this task held both words, before the command ran.
func (k *task) modelSaw(word, place string) bool {
	for _, prompt := range k.lab.upstream.prompts() {
		if strings.Contains(prompt, k.id) && strings.Contains(prompt, word) && strings.Contains(prompt, place) && !strings.Contains(prompt, strings.ToUpper(word)) {
			return true
		}
	}
	return false
}

func (k *task) describeRequests() string {
	var out strings.Builder
	for _, r := range k.front.requests() {
		fmt.Fprintf(&out, "%s (%d bytes)\n", r.line, len(r.body))
	}
	return out.String()
}
