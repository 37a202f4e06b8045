package faults_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

const lostRecords = "geminid_log_records_lost_total"

// logInto serves with a log that goes to a pipe, whose reading end is returned.
func logInto(t *testing.T) (d *harness.Daemon, reader *os.File) {
	t.Helper()
	h := newHouse(t, "tick: 1s", "requests_per_hour: 0", "drain_timeout: 2s")
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = reader.Close() })
	d = harness.LaunchInto(t, h.home, writer, "GEMINID_TEST_ROTATE_FLOOR=0")
	_ = writer.Close() // the daemon has its own
	d.Key = h.admin
	d.AwaitState(t, "valid", 20*time.Second)
	return d, reader
}

// chatter makes the daemon log until records are lost.
func chatter(t *testing.T, d *harness.Daemon) {
	t.Helper()
	for range 20 {
		for range 200 {
			d.Do(t, http.MethodGet, "/v1/models/none", "")
		}
		if metric(t, d, lostRecords) > 0 {
			return
		}
	}
	t.Fatal("no record was lost")
}

// TestLogReaderHangs: the reader of the log takes nothing any more. Requests, renewals
// and the stop go on; what was lost is counted, and logged when the reader goes on.
func TestLogReaderHangs(t *testing.T) {
	d, reader := logInto(t)
	chatter(t, d)
	ask(t, d)
	rotate(t, d)
	if !d.Try(t.Context(), http.MethodGet, "/livez") {
		t.Error("/livez does not answer")
	}
	read := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(reader)
		read <- string(text)
	}()
	harness.Eventually(t, 20*time.Second, "the log goes on", func() bool {
		before := metric(t, d, lostRecords)
		ask(t, d)
		return metric(t, d, lostRecords) == before
	})
	if code := d.Stop(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if text := <-read; !strings.Contains(text, "log records were lost") || !strings.Contains(text, "msg=stopping") {
		t.Errorf("the log does not say what was lost, or is not whole; it ends with %s", text[max(0, len(text)-2000):])
	}
}

// TestStopWhileLogReaderHangs: the last records of a log that nobody reads do not hold
// up the end.
func TestStopWhileLogReaderHangs(t *testing.T) {
	d, _ := logInto(t)
	chatter(t, d)
	start := time.Now()
	if code := d.Stop(t); code != 0 || time.Since(start) > 10*time.Second {
		t.Errorf("exit code %d after %s", code, time.Since(start))
	}
}

// TestLogReaderGone: the pipe of the log breaks. The daemon goes on, counts what is
// lost, and ends as it should.
func TestLogReaderGone(t *testing.T) {
	d, reader := logInto(t)
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		ask(t, d)
		rotate(t, d)
	}
	if lost := metric(t, d, lostRecords); lost == 0 {
		t.Error("no lost record is counted")
	}
	if code := d.Stop(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
