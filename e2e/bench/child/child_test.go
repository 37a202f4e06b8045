package child_test

import (
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/bench/child"
)

// serveAt makes this test binary a server for the tests.
const serveAt = "CHILD_TEST_SERVE"

func TestMain(m *testing.M) {
	addr := os.Getenv(serveAt)
	if addr == "" {
		os.Exit(m.Run())
	}
	held := make([]byte, 0)
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/burn", func(http.ResponseWriter, *http.Request) {
		for end := time.Now().Add(100 * time.Millisecond); time.Now().Before(end); {
		}
	})
	mux.HandleFunc("/hold", func(http.ResponseWriter, *http.Request) {
		held = append(held, make([]byte, 32<<20)...)
		for i := range held {
			held[i] = 1
		}
	})
	if err := http.ListenAndServe(addr, mux); !errors.Is(err, http.ErrServerClosed) {
		os.Exit(1)
	}
}

func get(t *testing.T, url string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
}

func TestProcessIsMeasured(t *testing.T) {
	addr, err := child.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + addr
	p, err := child.Start(t.Context(), child.Config{
		Command: []string{os.Args[0]}, Env: []string{serveAt + "=" + addr}, CPU: -1, Ready: url + "/",
	})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	if p.ReadyAfter <= 0 || p.Pid == os.Getpid() {
		t.Errorf("process %d was ready after %s", p.Pid, p.ReadyAfter)
	}
	before, err := p.CPU()
	if err != nil {
		t.Fatal(err)
	}
	get(t, url+"/burn")
	after, err := p.CPU()
	if err != nil {
		t.Fatal(err)
	}
	// How much of the time the process really had depends on its neighbours.
	if spent := after - before; spent < time.Millisecond {
		t.Errorf("a busy loop cost %s", spent)
	}
	if err := p.ResetPeak(); err != nil {
		t.Fatal(err)
	}
	resident, _, err := p.Memory()
	if err != nil {
		t.Fatal(err)
	}
	get(t, url+"/hold")
	_, peak, err := p.Memory()
	if err != nil {
		t.Fatal(err)
	}
	if peak-resident < 30<<20 {
		t.Errorf("32 MiB more raised the peak from %d to %d", resident, peak)
	}
	files, err := p.Files()
	if err != nil || files < 3 {
		t.Errorf("got %d files, %v", files, err)
	}
	p.Stop()
	if _, err := p.Files(); err == nil {
		t.Error("a stopped process still has files")
	}
}

func TestStartTellsWhatWentWrong(t *testing.T) {
	_, err := child.Start(t.Context(), child.Config{
		Command: []string{"sh", "-c", "echo no luck today; exit 3"}, CPU: -1, Ready: "http://127.0.0.1:1/",
	})
	if err == nil || !strings.Contains(err.Error(), "no luck today") {
		t.Errorf("got %v", err)
	}
}
