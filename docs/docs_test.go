package docs_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// page is a Markdown document, taken apart as far as its rules need it.
type page struct {
	lines    int
	headings []string // with their number signs
	anchors  map[string]bool
	links    []string
	commands []string // the blocks marked sh, without comments
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"`)
	code    = regexp.MustCompile("`[^`]*`")
	comment = regexp.MustCompile(`(?m)(^|\s)#\s.*$`)
)

// readPage reads a document. Blocks and code are no prose: links in them are none.
func readPage(t *testing.T, name string) page {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	p := page{anchors: map[string]bool{}, lines: strings.Count(string(content), "\n")}
	seen := map[string]int{}
	fence, block := "", ""
	for line := range strings.Lines(string(content)) {
		line = strings.TrimRight(line, "\n")
		if mark := strings.TrimLeft(line, " "); strings.HasPrefix(mark, "```") {
			if fence != "" {
				if fence == "```sh" {
					p.commands = append(p.commands, comment.ReplaceAllString(block, ""))
				}
				fence, block = "", ""
				continue
			}
			fence = mark
			continue
		}
		if fence != "" {
			block += line + "\n"
			continue
		}
		if strings.HasPrefix(line, "#") {
			p.headings = append(p.headings, line)
			slug := anchor(line)
			if n := seen[slug]; n > 0 {
				p.anchors[slug+"-"+string(rune('0'+n))] = true
			}
			seen[slug]++
			p.anchors[slug] = true
		}
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(line, ""), -1) {
			p.links = append(p.links, m[1]+m[2])
		}
	}
	if fence != "" {
		t.Errorf("%s: a block that begins with %q does not end", name, fence)
	}
	return p
}

// anchor is what a heading is called in a link: small letters, hyphens for
// spaces, nothing else but letters, digits, hyphens and underscores.
func anchor(heading string) string {
	text := strings.TrimSpace(strings.TrimLeft(heading, "#"))
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// documents are all Markdown files of the repository, but for test data.
func documents(t *testing.T) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{"testdata", "node_modules", "dist", "bin", ".git"}, d.Name()) {
			return fs.SkipDir
		}
		if strings.HasSuffix(name, ".md") {
			found = append(found, name)
		}
		return nil
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("found %d documents: %v", len(found), err)
	}
	return found
}

// TestLinks follows every relative link to the file and the heading it names.
func TestLinks(t *testing.T) {
	pages := map[string]page{}
	for _, name := range documents(t) {
		pages[filepath.ToSlash(name)] = readPage(t, name)
	}
	for name, p := range pages {
		for _, to := range p.links {
			if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
				continue
			}
			file, heading, _ := strings.Cut(to, "#")
			target := name
			if file != "" {
				target = path.Join(path.Dir(name), file)
			}
			if _, err := os.Stat(filepath.FromSlash(target)); err != nil {
				t.Errorf("%s links to %s, which does not exist", name, to)
				continue
			}
			if there, ok := pages[target]; heading != "" && (!ok || !there.anchors[heading]) {
				t.Errorf("%s links to %s; %s has no such heading", name, to, target)
			}
		}
	}
}

// TestTranslations holds each Chinese document against its English one: the same
// sections in the same order, the same commands, links to the same places.
func TestTranslations(t *testing.T) {
	for _, pair := range [][2]string{
		{"README.md", "README.zh-CN.md"},
		{"docs/clients.md", "docs/clients.zh-CN.md"},
		{"docs/tools.md", "docs/tools.zh-CN.md"},
	} {
		english, chinese := readPage(t, pair[0]), readPage(t, pair[1])
		if got, want := levels(chinese), levels(english); !slices.Equal(got, want) {
			t.Errorf("%s has headings %q, %s has %q", pair[1], chinese.headings, pair[0], english.headings)
		}
		if got, want := chinese.commands, english.commands; !slices.Equal(got, want) {
			t.Errorf("%s has other commands than %s:\n%q\nwant\n%q", pair[1], pair[0], got, want)
		}
		if got, want := places(chinese), places(english); !slices.Equal(got, want) {
			t.Errorf("%s links to\n%q\n%s to\n%q", pair[1], got, pair[0], want)
		}
	}
}

func levels(p page) (levels []int) {
	for _, h := range p.headings {
		levels = append(levels, len(h)-len(strings.TrimLeft(h, "#")))
	}
	return levels
}

// places are the files that a document links to, in either language, without
// headings and without the link to its own translation.
func places(p page) (files []string) {
	for _, to := range p.links {
		file, _, _ := strings.Cut(to, "#")
		if file = strings.ReplaceAll(file, ".zh-CN", ""); file != "" {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// TestIndexIsWhole: the index leads to every document beside it.
func TestIndexIsWhole(t *testing.T) {
	linked := places(readPage(t, "docs/README.md"))
	for _, name := range documents(t) {
		if name = filepath.ToSlash(name); path.Dir(name) == "docs" && name != "docs/README.md" &&
			!slices.Contains(linked, strings.ReplaceAll(path.Base(name), ".zh-CN", "")) {
			t.Errorf("docs/README.md does not link to %s", name)
		}
	}
}

var (
	// named is a file of the repository in code, and maybe what stands in it.
	named   = regexp.MustCompile("`((?:[a-z0-9_]+/)+[a-z0-9_]+\\.(?:go|yml|yaml|json))`(?: \\((`\\w+`(?:, `\\w+`)*)\\))?")
	spelled = regexp.MustCompile(`\w+`)
)

// TestNamedSourcesExist looks for every source file that a document names, and in
// it for the names that follow in parentheses. Files that a recipe is about to
// make are named in its block.
func TestNamedSourcesExist(t *testing.T) {
	for _, name := range documents(t) {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(content), -1) {
			text, err := os.ReadFile(filepath.FromSlash(m[1]))
			if err != nil {
				t.Errorf("%s names %s, which does not exist", name, m[1])
				continue
			}
			for _, word := range spelled.FindAllString(m[2], -1) {
				if !regexp.MustCompile(`\b` + word + `\b`).Match(text) {
					t.Errorf("%s: %s does not hold %s", name, m[1], word)
				}
			}
		}
	}
}
