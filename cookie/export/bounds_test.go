package export_test

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
)

// full repeats pattern up to the largest file that is looked into.
func full(pattern string) string { return strings.Repeat(pattern, export.MaxFile/len(pattern)) }

// floods are large files of the kinds that cost a parser most.
var floods = []struct {
	name string
	text func() string
	want cookie.Code
}{
	{"one byte too many", func() string { return full("a") + "a" }, cookie.CodeTooBig},
	{"letters", func() string { return full("a") }, cookie.CodeMalformed},
	{"NUL", func() string { return "x" + full("\x00")[1:] }, cookie.CodeBinary},
	{"blanks", func() string { return full(" ") }, cookie.CodeEmpty},
	{"lines", func() string { return full("\n#\n") }, cookie.CodeMalformed},
	{"open brackets", func() string { return full("[") }, cookie.CodeMalformed},
	{"open braces", func() string { return full(`{"a":`) }, cookie.CodeMalformed},
	{"100k nesting", func() string { return strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) }, cookie.CodeMalformed},
	{"100k nesting in a HAR", func() string { return `{"log":` + strings.Repeat("[", 100_000) }, cookie.CodeMalformed},
	{"100k nesting in YAML", func() string { return "a:\n  secure_1psid: " + strings.Repeat("[", 100_000) }, cookie.CodeMalformed},
	{"sequences in YAML", func() string { return "a:\n- secure_1psid: x\n" + strings.Repeat("- ", 100_000) }, cookie.CodeMalformed},
	{"long YAML", func() string { return "a:\n  secure_1psid: x\n" + strings.Repeat("b: c\n", 100_000) }, cookie.CodeTooBig},
	{"JSON numbers", func() string { return "[" + full("1,")[:export.MaxFile-16] + "1]" }, cookie.CodeMalformed},
	{"JSON cookies", func() string {
		return "[" + strings.Repeat(`{"name":"a","value":"b","domain":"c.example"},`, 100_000) + "{}]"
	}, cookie.CodeWrongDomain},
	{"different JSON cookies", func() string { return "[" + repeat(`{"name":"a%d","value":"b"},`, 200_000) + "{}]" }, cookie.CodeTooBig},
	{"JSON open string", func() string { return `["` + full("a")[4:] }, cookie.CodeTruncated},
	{"JSON escapes", func() string { return `["` + full(`\"`)[6:] }, cookie.CodeTruncated},
	{"HAR exchanges", func() string {
		return `{"log":{"entries":[` + strings.Repeat(`{"request":{"url":"https://a.example/","headers":[{"name":"cookie","value":"a=b"}]}},`, 90_000) + `{}]}}`
	}, cookie.CodeWrongDomain},
	{"Netscape lines", func() string { return repeat("a.example\tTRUE\t/\tTRUE\t0\ta%d\tb\n", 200_000) }, cookie.CodeTooBig},
	{"cookies of google.com", func() string { return repeat(".google.com\tTRUE\t/\tTRUE\t0\ta%d\tb\n", 1000) }, cookie.CodeNoPSID},
	{"header pairs", func() string { return repeat("a%d=b; ", 600_000) }, cookie.CodeMalformed},
	{"header pairs behind a name", func() string { return "Cookie: " + repeat("a%d=b; ", 600_000) }, cookie.CodeTooBig},
	{"curl words", func() string { return "curl " + full("a ")[8:] }, cookie.CodeTooBig},
	{"curl quotes", func() string { return "curl " + full("''")[8:] }, cookie.CodeNoPSID},
	{"curl commands", func() string { return full("curl a\n") }, cookie.CodeTooBig},
	{"curl carets", func() string { return "curl ^\"" + full("^")[8:] }, cookie.CodeTruncated},
	{"PowerShell", func() string { return full("System.Net.Cookie(") + ")" }, cookie.CodeNoPSID},
	{"PowerShell open", func() string { return full("System.Net.Cookie('',") }, cookie.CodeTruncated},
	{"PowerShell strings", func() string { return "System.Net.Cookie(" + full(`"",`)[20:] }, cookie.CodeTruncated},
	{"fetch", func() string { return full("fetch(") }, cookie.CodeTruncated},
	{"fetch strings", func() string { return "fetch(" + full(`'cookie':'a=b' `)[20:] + ")" }, cookie.CodeNoPSID},
	{"LWP lines", func() string { return repeat("Set-Cookie3: a%d=b; domain=c.example\n", 200_000) }, cookie.CodeTooBig},
	{"LWP quotes", func() string { return "Set-Cookie3: a=\"" + full(`\"`)[16:] }, cookie.CodeTruncated},
	{"LWP words", func() string { return "Set-Cookie3: a=b; " + full("c;")[20:] + "\n" }, cookie.CodeEmpty},
	{"settings", func() string { return "SECURE_1PSIDTS=x\n" + full("SECURE_1PSIDTS=\"x\n")[20:] }, cookie.CodeTooBig},
	{"DevTools rows", func() string { return repeat("a%d\tb\tc.example\t/\n", 400_000) }, cookie.CodeTooBig},
	{"fences", func() string { return full("a\n```")[3:] }, cookie.CodeMalformed},
	{"entities", func() string { return full("&quot;") }, cookie.CodeMalformed},
	{"tags", func() string { return "<html>" + full("<title>")[8:] }, cookie.CodeHTML},
	{"UTF-16", func() string { return "\xff\xfe" + full("a\x00")[2:] }, cookie.CodeMalformed},
	{"settings in one line", func() string { return full("SECURE_1PSIDTS=x;") }, cookie.CodeTooBig},
	{"prompts", func() string { return full("$ curl > ") }, cookie.CodeTooBig},
	{"cells in one another", overlapping, cookie.CodeMalformed},
	{"SQLite magic", func() string { return "SQLite format 3\x00" + full("\x01")[16:] }, cookie.CodeMalformed},
}

// overlapping is a database of one page, all of whose 15,000 rows are the same
// bytes: a record of 33,000 columns.
func overlapping() string {
	const rows, columns, size = 15_000, 33_000, 1 << 16
	page := make([]byte, size)
	copy(page, "SQLite format 3\x00")
	page[17] = 1 // the size of a page, 65536
	page[18], page[19] = 1, 1
	page[100] = 0x0d // a leaf of a table
	binary.BigEndian.PutUint16(page[103:], rows)
	cell := 108 + 2*rows
	for i := range rows {
		binary.BigEndian.PutUint16(page[108+2*i:], uint16(cell))
	}
	const record = columns + 3 // with the length of its head
	head := []byte{0x80 | record>>14, 0x80 | record>>7&0x7f, record & 0x7f}
	copy(page[cell:], slices.Concat(head, []byte{1}, head))
	return string(page)
}

func repeat(format string, count int) string {
	var text strings.Builder
	for i := range count {
		if text.Len() > export.MaxFile-64 {
			break
		}
		fmt.Fprintf(&text, format, i)
	}
	return text.String()
}

// TestFloods checks the verdict on floods and that memory stays within a small
// multiple of the file.
func TestFloods(t *testing.T) {
	for i, flood := range floods {
		if testing.Short() && i%4 != 0 {
			continue // make test reads all of them
		}
		t.Run(flood.name, func(t *testing.T) {
			data := []byte(flood.text())
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := export.Parse("f", data, today)
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Fatalf("accepted, want %s", flood.want)
			}
			checkMessage(t, "f", err)
			if got := err.(*cookie.Rejection).Code; got != flood.want {
				t.Errorf("got %s (%v), want %s", got, err, flood.want)
			}
			// Everything ever allocated, garbage included.
			if total := after.TotalAlloc - before.TotalAlloc; total > 8*export.MaxFile {
				t.Errorf("allocated %d MiB in all for a file of %d KiB", total>>20, len(data)>>10)
			}
		})
	}
}

func BenchmarkFloods(b *testing.B) {
	for _, flood := range floods {
		b.Run(flood.name, func(b *testing.B) {
			data := []byte(flood.text())
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := export.Parse("f", data, today); err == nil {
					b.Fatal("accepted")
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"netscape-basic.txt", "cookie-editor.json", "copy-as-curl-H.txt", "devtools-sensitive.har", "firefox-v15-seconds.sqlite"} {
		b.Run(name, func(b *testing.B) {
			data := sample(b, "samples", name)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := export.Parse(name, data, today); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
