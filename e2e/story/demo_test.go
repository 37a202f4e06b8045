package story_test

import (
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// demo starts the demo and waits until it says that it is ready.
func demo(t *testing.T) *harness.Daemon {
	t.Helper()
	home := harness.NewHome(t)
	addr := harness.FreeAddr(t)
	d := &harness.Daemon{Home: home, URL: "http://" + addr, Key: "sk-demo", Admin: "sk-demo-admin", Process: harness.Start(t,
		harness.Command{Name: "geminid", Args: []string{"demo"}, Home: home.Dir, Env: []string{"DEMO_LISTEN=" + addr}})}
	harness.Eventually(t, 30*time.Second, "the demo prints its curl lines", func() bool { return len(curls(d.Output())) > 0 })
	return d
}

// curls are the commands that a person would copy, continued lines joined.
func curls(output string) []string {
	var found []string
	for line := range strings.Lines(strings.ReplaceAll(output, "\\\n", " ")) {
		if line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "$ ")); strings.HasPrefix(line, "curl ") {
			found = append(found, line)
		}
	}
	return found
}

var printedURL = regexp.MustCompile(`http://127\.0\.0\.1:\d+[^\s"']*`)

func TestDemo(t *testing.T) {
	d := demo(t)
	if reply := d.Do(t, http.MethodGet, "/readyz", ""); reply.Status != http.StatusOK {
		t.Errorf("the demo says it is ready, /readyz says %d", reply.Status)
	}
	t.Run("curl lines", func(t *testing.T) { runCurls(t, d) })
	t.Run("base URLs", func(t *testing.T) {
		bases := printedURL.FindAllString(d.Output(), -1)
		for i := range bases {
			bases[i] = strings.TrimRight(bases[i], "/;,.")
		}
		for _, want := range []string{d.URL, d.URL + "/v1", d.URL + "/gemini"} {
			if !slices.Contains(bases, want) {
				t.Errorf("the demo does not print %s among %v", want, bases)
			}
		}
	})
	t.Run("keys", func(t *testing.T) {
		for _, c := range []struct {
			key, path string
			want      int
		}{
			{"sk-demo", "/v1/models", 200},
			{"sk-wrong", "/v1/models", 401},
			{"sk-demo", "/api/cookies/history", 403},
			{"sk-demo-admin", "/api/cookies/history", 200},
		} {
			if reply := d.Do(t, http.MethodGet, c.path, "", "Authorization: Bearer "+c.key); reply.Status != c.want {
				t.Errorf("%s with %s answers %d, want %d", c.path, c.key, reply.Status, c.want)
			}
		}
	})
	t.Run("gchat", func(t *testing.T) { gchat(t, d) })
	t.Run("cats with pictures and sources", func(t *testing.T) { cats(t, d) })
	if code := d.Stop(t); code != 0 {
		t.Errorf("the demo ended with %d", code)
	}
}

func runCurls(t *testing.T, d *harness.Daemon) {
	harness.Tool(t, "curl", "curl")
	lines := curls(d.Output())
	if len(lines) < 4 {
		t.Errorf("the demo prints %d curl lines, want at least a list, a chat, a stream and a Gemini call: %q", len(lines), lines)
	}
	kinds := map[string]bool{}
	for _, line := range lines {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(line, "curl ", "curl -sS --fail-with-body -m 20 ", 1))
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + d.Dir}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", line, err, out)
		}
		for kind, mark := range map[string]string{
			"list": `"object":"list"`, "chat": `"object":"chat.completion"`, "stream": "data: [DONE]",
			"gemini": `"usageMetadata"`, "gemini stream": "data: {\"candidates\"",
		} {
			kinds[kind] = kinds[kind] || strings.Contains(strings.ReplaceAll(string(out), `": "`, `":"`), mark)
		}
	}
	for _, kind := range []string{"list", "chat", "stream", "gemini"} {
		if !kinds[kind] {
			t.Errorf("none of the curl lines shows a %s", kind)
		}
	}
}

// gchat is the laptop's side: a piped question, the model list, a wrong key.
func gchat(t *testing.T, d *harness.Daemon) {
	run := func(stdin string, key string, args ...string) (string, string, int) {
		return harness.Run(t, harness.Command{Name: "gchat", Stdin: stdin, Args: args, Home: d.Dir,
			Env: []string{"GCHAT_SERVER=" + d.URL, "GCHAT_KEY=" + key}})
	}
	out, said, code := run("hi", "sk-demo")
	if code != 0 || !strings.Contains(out, "hi") {
		t.Errorf("a piped question ended with %d: %q %s", code, out, said)
	}
	if strings.Contains(out, "\x1b") {
		t.Errorf("piped output holds escape sequences: %q", out)
	}
	out, said, code = run("", "sk-demo", "the kingfisher")
	if code != 0 || !strings.Contains(out, "the kingfisher") {
		t.Errorf("a question as an argument ended with %d: %q %s", code, out, said)
	}
	out, said, code = run("", "sk-demo", "models")
	if code != 0 || !strings.Contains(out, "gemini-2.5-pro") {
		t.Errorf("models ended with %d: %q %s", code, out, said)
	}
	_, said, code = run("hi", "sk-wrong")
	if code == 0 || said == "" {
		t.Errorf("a wrong key ended with %d: %s", code, said)
	}
}
