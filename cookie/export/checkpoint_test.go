package export_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
)

// The dummy session of the databases in testdata/wal. They were made by SQLite
// and copied with their -wal files while it had them open.
const (
	walPSID  = "g.a000DUMMY-AccountA-psid_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-0076"
	walOlder = "sidts-DUMMYtsA_aaaaaaaaaaaaaaaaaaaaaaaa-EAA"
	walNewer = "sidts-DUMMYtsA-newer_aaaaaaaaaaaaaaaaaa-EAA"
)

// TestCheckpoint parses databases alone and with their -wal files.
func TestCheckpoint(t *testing.T) {
	for _, tt := range []struct {
		name     string
		alone    cookie.Code // "" means usable, with the warning
		together string      // the PSIDTS
	}{
		{"young", cookie.CodeMalformed, walOlder}, // the main file has its header only
		{"signed-in", cookie.CodeSignedOut, walOlder},
		{"restarted", "", walNewer},              // frames of before follow the newest one
		{"open", cookie.CodeMalformed, walOlder}, // a transaction was under way
	} {
		t.Run(tt.name, func(t *testing.T) {
			db, wal := sample(t, "wal", tt.name+".sqlite"), sample(t, "wal", tt.name+".sqlite-wal")
			result, err := export.Parse("f", db, today)
			checkPending(t, result, err, tt.alone)
			before := bytes.Clone(db)
			for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
				checkSession(t, export.Checkpoint(db, summed(wal, order)), tt.together)
			}
			if !bytes.Equal(db, before) {
				t.Error("the file that was given is changed")
			}
			whole := export.Checkpoint(db, wal)
			if again := export.Checkpoint(whole, wal); !bytes.Equal(again, whole) {
				t.Error("a database that is whole is changed")
			}
		})
	}
}

// TestCheckpointIsNeverWorse: whatever stands beside a good database, it stays
// readable.
func TestCheckpointIsNeverWorse(t *testing.T) {
	db, wal := sample(t, "wal", "restarted.sqlite"), sample(t, "wal", "restarted.sqlite-wal")
	changed := func(change func(wal []byte) []byte) []byte { return change(bytes.Clone(wal)) }
	word := func(at int, value uint32) []byte {
		return summed(changed(func(w []byte) []byte { binary.BigEndian.PutUint32(w[at:], value); return w }), binary.LittleEndian)
	}
	const pending = true
	for _, tt := range []struct {
		name    string
		wal     []byte
		pending bool
		psidts  string
	}{
		{"empty, as after a checkpoint", nil, false, walOlder},
		{"begun, nothing in it yet", wal[:32], false, walOlder},
		{"no header", wal[:31], pending, walOlder},
		{"something else", bytes.Repeat([]byte("x"), 5000), pending, walOlder},
		{"another version", word(4, 3007001), pending, walOlder},
		{"another page size", word(8, 4096), pending, walOlder},
		{"header changed", changed(func(w []byte) []byte { w[17] ^= 1; return w }), pending, walOlder},
		{"frame changed", changed(func(w []byte) []byte { w[100] ^= 1; return w }), false, walOlder},
		{"frame cut", wal[:32+24+1023], false, walOlder},
		{"page 0", word(32, 0), false, walOlder},
		{"a page far away", word(32, 1<<31), false, walOlder},
		{"a database of terabytes", word(36, 1<<31), pending, walOlder},
		{"a database cut short", word(36, 1), pending, walOlder},
		{"over the schema", word(32, 1), pending, walOlder},
		{"too large", append(bytes.Clone(wal), make([]byte, export.MaxFile)...), pending, walOlder},
		{"of another database", sample(t, "wal", "open.sqlite-wal"), false, walOlder},
	} {
		t.Run(tt.name, func(t *testing.T) {
			whole := export.Checkpoint(db, tt.wal)
			if tt.pending {
				result, err := export.Parse("f", whole, today)
				checkPending(t, result, err, "")
			} else {
				checkSession(t, whole, tt.psidts)
			}
		})
	}
	t.Run("not a database with a -wal file", func(t *testing.T) {
		for _, data := range [][]byte{nil, []byte("SQLite format 3\x00"), []byte("text"), sample(t, "exports", "firefox-v16-ms.sqlite")} {
			if got := export.Checkpoint(data, wal); !bytes.Equal(got, data) {
				t.Errorf("%.20q came back changed", data)
			}
		}
	})
}

// summed makes a -wal file's checksums true again, over words of an order.
func summed(wal []byte, order binary.ByteOrder) []byte {
	wal = bytes.Clone(wal)
	var a, b uint32
	sum := func(data []byte) {
		for ; len(data) > 0; data = data[8:] {
			a += order.Uint32(data) + b
			b += order.Uint32(data[4:]) + a
		}
	}
	seal := func(at int) {
		binary.BigEndian.PutUint32(wal[at:], a)
		binary.BigEndian.PutUint32(wal[at+4:], b)
	}
	wal[3] &^= 1
	if order == binary.BigEndian {
		wal[3] |= 1
	}
	sum(wal[:24])
	seal(24)
	for at := 32; at+24+1024 <= len(wal); at += 24 + 1024 {
		sum(wal[at : at+8])
		sum(wal[at+24 : at+24+1024])
		seal(at + 16)
	}
	return wal
}

// checkSession wants a session and no word about another file.
func checkSession(t *testing.T, db []byte, psidts string) {
	t.Helper()
	result, err := export.Parse("f", db, today)
	if err != nil {
		t.Fatal(err)
	}
	if result.Set.PSID().Reveal() != walPSID || result.Set.PSIDTS().Reveal() != psidts {
		t.Error("the session is another one")
	}
	if len(result.Warnings) > 0 {
		t.Errorf("warns: %v", result.Warnings)
	}
}

// checkPending wants a verdict that tells of the -wal file.
func checkPending(t *testing.T, result *export.Result, err error, code cookie.Code) {
	t.Helper()
	var rejection *cookie.Rejection
	switch {
	case errors.As(err, &rejection):
		if rejection.Code != code || !bytes.Contains([]byte(rejection.Message), []byte("cookies.sqlite-wal")) {
			t.Errorf("got %s: %s, want %s and a word about the -wal file", rejection.Code, rejection.Message, code)
		}
	case code != "":
		t.Errorf("accepted, want %s", code)
	case !slices.ContainsFunc(result.Warnings, func(w cookie.Warning) bool { return w.Code == cookie.WarnPendingWAL }):
		t.Errorf("no word about the -wal file: %v", result.Warnings)
	}
}

// TestRead takes the -wal file that stands beside a database along.
func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cookies.sqlite")
	read := func() []byte {
		t.Helper()
		data, err := export.ReadFile(path)
		must(t, err)
		return data
	}
	writeFile(t, path, string(sample(t, "wal", "young.sqlite")))
	result, err := export.Parse("f", read(), today)
	checkPending(t, result, err, cookie.CodeMalformed)
	writeFile(t, path+"-wal", string(sample(t, "wal", "young.sqlite-wal")))
	checkSession(t, read(), walOlder)
	must(t, os.Remove(path+"-wal"))
	must(t, os.Mkdir(path+"-wal", 0o700))
	result, err = export.Parse("f", read(), today)
	checkPending(t, result, err, cookie.CodeMalformed)
	writeFile(t, path, "text")
	if got := read(); string(got) != "text" {
		t.Errorf("got %q", got)
	}
	writeFile(t, path, full("a")+"bc")
	if got := len(read()); got != export.MaxFile+1 {
		t.Errorf("read %d bytes of a large file", got)
	}
	if _, err := export.ReadFile(path + ".gone"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// FuzzCheckpoint: a readable database stays one whatever the -wal file holds.
func FuzzCheckpoint(f *testing.F) {
	for _, name := range []string{"young", "signed-in", "restarted", "open"} {
		f.Add(sample(f, "wal", name+".sqlite"), sample(f, "wal", name+".sqlite-wal"))
	}
	f.Fuzz(func(t *testing.T, db, wal []byte) {
		for _, wal := range [][]byte{wal, sealed(wal)} {
			whole := export.Checkpoint(db, wal)
			result, err := export.Parse("f", whole, today)
			checkVerdict(t, result, err)
			var before, after *cookie.Rejection
			_, errBefore := export.Parse("f", db, today)
			errors.As(errBefore, &before)
			errors.As(err, &after)
			if unreadable(after) && !unreadable(before) {
				t.Errorf("the -wal file makes a readable database %s", after.Code)
			}
		}
	})
}

// sealed gives mutations of a -wal file true checksums where it is long enough.
func sealed(wal []byte) []byte {
	if len(wal) < 32 {
		return wal
	}
	return summed(wal, binary.LittleEndian)
}

func unreadable(r *cookie.Rejection) bool {
	return r != nil && (r.Code == cookie.CodeMalformed || r.Code == cookie.CodeTruncated)
}
