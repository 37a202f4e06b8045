package dialecttest

import (
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

var update = flag.Bool("update", false, "write the golden parts of testdata anew")

// PlayScripts plays the requests of real clients, one script a file of dir: the
// request as it arrives, then the decoded call, then the whole response. With
// the flag -update it writes the two golden parts. A folder without scripts
// fails the test.
func PlayScripts(t *testing.T, dir string) {
	scripts, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if len(scripts) == 0 {
		t.Errorf("%s holds no script: a dialect needs samples of the requests of its clients", dir)
	}
	for _, file := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { playScript(t, file) })
	}
}

func playScript(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) == 0 || archive.Files[0].Name != "request" {
		t.Fatalf("%s does not begin with a request", file)
	}
	s := NewServer()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, ParseRequest(t, archive.Files[0].Data))
	got := []txtar.File{archive.Files[0]}
	if s.Last != nil {
		got = append(got, txtar.File{Name: "call", Data: DescribeCall(s.Last)})
	}
	got = append(got, txtar.File{Name: "response", Data: transcript(w)})
	if *update {
		archive.Files = got
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for i, part := range got {
		if i >= len(archive.Files) || archive.Files[i].Name != part.Name {
			t.Fatalf("%s has no part %q in place %d; run with -update and read the difference", file, part.Name, i)
		}
		if want := string(archive.Files[i].Data); string(part.Data) != want {
			t.Errorf("%s:\ngot:\n%s\nwant:\n%s", part.Name, part.Data, want)
		}
	}
	if len(archive.Files) != len(got) {
		t.Errorf("the script has %d parts, want %d", len(archive.Files), len(got))
	}
}

// DescribeCall prints a call for people, files by type and size.
func DescribeCall(call *dialect.Call) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s model=%q id=%s", call.Op, call.Model, call.ID)
	if call.SSE {
		b.WriteString(" sse")
	}
	if call.IncludeUsage {
		b.WriteString(" usage")
	}
	if call.Pictures != nil {
		fmt.Fprintf(&b, " pictures=%d links=%t", call.Pictures.Count, call.Pictures.Links)
	}
	b.WriteByte('\n')
	if req := call.Chat; req != nil {
		fmt.Fprintf(&b, "model=%q stream=%t thoughts=%t ignored=%q", req.Model, req.Stream, req.Thoughts, req.Ignored)
		if req.Thinking != chat.ThinkingUnset {
			fmt.Fprintf(&b, " thinking=%s", req.Thinking)
		}
		b.WriteByte('\n')
		for _, text := range req.System {
			fmt.Fprintf(&b, "system: %q\n", text)
		}
		describeTools(&b, req)
		for _, turn := range req.Turns {
			fmt.Fprintf(&b, "%s:", turn.Role)
			if turn.Result != nil {
				fmt.Fprintf(&b, " result of %q %q failed=%t", turn.Result.CallID, turn.Result.Name, turn.Result.Failed)
			}
			for _, part := range turn.Parts {
				if part.Blob != nil && part.Blob.Link != nil {
					fmt.Fprintf(&b, " [%s in %s]", part.Blob.Link.URL, part.Blob.Field)
					continue
				}
				if part.Blob != nil {
					fmt.Fprintf(&b, " [%s %q %d bytes]", part.Blob.MIME, part.Blob.Name, len(part.Blob.Data))
					continue
				}
				fmt.Fprintf(&b, " %q", part.Text)
			}
			for _, made := range turn.Calls {
				fmt.Fprintf(&b, " call %q %q %q freeform=%t", made.ID, made.Name, made.Arguments, made.Freeform)
			}
			b.WriteByte('\n')
		}
	}
	return []byte(b.String())
}

// describeTools prints what a request says about tools and the form of the answer, if
// it says anything.
func describeTools(b *strings.Builder, req *chat.Request) {
	for _, tool := range req.Tools {
		fmt.Fprintf(b, "tool %q %q %q freeform=%t\n", tool.Name, tool.Description, tool.Schema, tool.Freeform)
	}
	if choice := req.ToolChoice; choice.Mode != chat.ToolsAuto || len(choice.Only) > 0 || choice.Single {
		fmt.Fprintf(b, "choice mode=%d only=%q single=%t\n", choice.Mode, choice.Only, choice.Single)
	}
	if req.Format.Kind != chat.FreeText {
		fmt.Fprintf(b, "format kind=%d %q\n", req.Format.Kind, req.Format.Schema)
	}
	if len(req.Stop) > 0 {
		fmt.Fprintf(b, "stop %q\n", req.Stop)
	}
}

// transcript prints a response. Carriage returns are shown, because they matter
// and are lost in editors.
func transcript(w *httptest.ResponseRecorder) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%d\n", w.Code)
	var names []string
	for name := range w.Header() {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "%s: %s\n", name, w.Header().Get(name))
	}
	body := strings.ReplaceAll(w.Body.String(), "\r", "␍")
	fmt.Fprintf(&b, "\n%s", body)
	if !strings.HasSuffix(body, "\n") {
		b.WriteByte('\n')
	}
	return []byte(b.String())
}
