package config_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/daemon/config"
)

var update = flag.Bool("update", false, "write the pages made from the settings anew")

// entry is one group of settings that share a comment.
type entry struct {
	keys     []string
	text     string
	defaults []string
	kinds    []string
	live     []string
}

// settingsOf reads the comments of the struct from its source; nothing else
// knows them.
func settingsOf(t *testing.T) (entries []entry) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "settings.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	values := reflect.ValueOf(config.Defaults(func(name string) string {
		return map[string]string{"STATE_DIRECTORY": "/var/lib/geminid", "RUNTIME_DIRECTORY": "/run/geminid"}[name]
	}))
	keys := config.Keys()
	var fields []*ast.Field
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.Name == "Settings" {
			fields = spec.Type.(*ast.StructType).Fields.List
		}
		return true
	})
	for i, field := range fields[:len(keys)] { // behind them the origin
		if field.Doc != nil || i == 0 {
			entries = append(entries, entry{text: speak(field.Doc.Text(), fields, config.SettingNames())})
		}
		e := &entries[len(entries)-1]
		e.keys = append(e.keys, keys[i].Name)
		e.defaults = append(e.defaults, show(values.Field(i)))
		e.kinds = append(e.kinds, keys[i].Kind())
		e.live = append(e.live, map[bool]string{true: "yes", false: "–"}[keys[i].Live])
	}
	return entries
}

// speak turns a comment about fields into a sentence about keys.
func speak(text string, fields []*ast.Field, keys []string) string {
	text = strings.Join(strings.Fields(text), " ")
	for i, field := range fields[:len(keys)] {
		text = regexp.MustCompile(`\b`+field.Names[0].Name+`\b`).ReplaceAllString(text, "`"+keys[i]+"`")
	}
	return text
}

// show writes a default as the file would.
func show(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		if text, ok := strings.CutSuffix(x.String(), "m0s"); ok {
			return text + "m"
		}
		return x.String()
	case config.Secret, []string, map[string]string:
		return ""
	default:
		return fmt.Sprint(x)
	}
}

func TestConfigurationPages(t *testing.T) {
	entries := settingsOf(t)
	for path, content := range map[string][]byte{
		"../../docs/configuration.md": reference(entries), "../../packages/geminid.yaml": example(entries),
	} {
		if *update {
			if err := os.WriteFile(path, content, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, content) {
			t.Errorf("%s does not tell what settings.go says; run: go test ./daemon/config -run ConfigurationPages -update", path)
		}
	}
}

// TestExampleIsRead loads the packaged file, as it is and with every key taken
// out of its comment.
func TestExampleIsRead(t *testing.T) {
	text := string(example(settingsOf(t)))
	for name, content := range map[string]string{
		"as it is": text, "every key set": regexp.MustCompile(`(?m)^#([a-z_]+: \S)`).ReplaceAllString(text, "$1"),
	} {
		if _, err := config.Load(config.Sources{File: write(t, content)}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func reference(entries []entry) []byte {
	var b bytes.Buffer
	b.WriteString(`# Configuration

<!-- Made from the comments of daemon/config/settings.go: go test ./daemon/config -run ConfigurationPages -update -->

One YAML file with flat keys: ` + "`/etc/geminid/geminid.yaml`" + ` for the service, ` + "`~/.config/geminid/geminid.yaml`" + ` by hand, or ` + "`--config FILE`" + `. Later sources win: file, systemd credential ` + "`geminid.<key>`" + `, environment ` + "`GEMINID_<KEY>`" + `, flag. An unknown key or a value that cannot be used keeps the server from starting (exit code 78). Each mistake has a line with file, line number, key and the values that are allowed; ` + "`geminid check-config`" + ` prints the same beforehand. A duration has its unit (` + "`5s`, `5m`" + `), a number is whole and without quotes, a path begins with ` + "`/`" + `. The files of keys and of the certificate are looked into as well.

**Live** keys follow ` + "`systemctl reload geminid`" + `, ` + "`geminid reload`" + ` or SIGHUP while requests run; what was counted for limits stays, and the inbox is looked into at once. The others need a restart, and a reload names those that wait for one. It reads the files of keys and of the certificate too and says when they hold something else.

| key | default | kind | live | meaning |
|---|---|---|---|---|
`)
	for _, e := range entries {
		var keys, defaults []string
		for i, key := range e.keys {
			keys = append(keys, "`"+key+"`")
			if e.defaults[i] != "" {
				defaults = append(defaults, "`"+e.defaults[i]+"`")
			} else {
				defaults = append(defaults, "–")
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", strings.Join(keys, "<br>"), strings.Join(defaults, "<br>"),
			strings.Join(e.kinds, "<br>"), strings.Join(e.live, "<br>"), e.text)
	}
	b.WriteString(`
In the environment, in credentials and in flags a list is written ` + "`a,b`" + ` and a map ` + "`name=value,name=value`" + `, as in ` + "`GEMINID_ALIASES=gpt-4o=gemini-2.5-flash,best=gemini-2.5-pro`" + `; ` + "`name:value`" + ` is read as well if the names have no colon of their own, and so are ` + "`{name: value}`" + ` and JSON. Secrets (` + "`metrics_key`" + `, ` + "`upstream_proxy`" + ` with a password) belong into a file with mode 0600, or 0640 with the group geminid, or into credentials ([systemd/README.md](../systemd/README.md)). API keys are no setting: ` + "`geminid keys add NAME`" + ` makes them and keeps their hashes.
`)
	return b.Bytes()
}

func example(entries []entry) []byte {
	var b bytes.Buffer
	b.WriteString("# Every setting with its default. Take the # away to change one, then:\n#   geminid check-config && systemctl reload geminid\n")
	for _, e := range entries {
		b.WriteString("\n")
		line := "#"
		for word := range strings.FieldsSeq(strings.ReplaceAll(e.text, "`", "")) {
			if len(line)+1+len(word) > 80 {
				b.WriteString(line + "\n")
				line = "#"
			}
			line += " " + word
		}
		b.WriteString(line + "\n")
		for i, key := range e.keys {
			b.WriteString(strings.TrimSpace("#"+key+": "+e.defaults[i]) + "\n")
		}
	}
	return b.Bytes()
}
