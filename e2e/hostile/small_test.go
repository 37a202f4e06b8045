package hostile_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

const (
	smallMachine = 256 << 20
	idleCrowd    = 4096
	honestCrowd  = 100
	honestEach   = 10

	chatPath  = "/v1/chat/completions"
	countPath = "/v1beta/models/gemini-2.5-flash:countTokens"
)

// TestHostileHolderOnASmallMachine: in 256 MiB the holder of one key sends the largest
// bodies, begins others and stalls, asks with 64 links to one large picture, and keeps
// thousands of connections. The kernel kills nothing, and 100 others are served.
func TestHostileHolderOnASmallMachine(t *testing.T) {
	allowDescriptors(t, idleCrowd+1000)
	group := newMemoryGroup(t, smallMachine)
	sim := harness.SimulatePlain(t)
	home := harness.NewHome(t)
	home.Configure(t, "upstream_url: "+sim.URL, "log_level: info")
	home.Drop(t, "cookies.txt", sim.Session(t, "first").Netscape())
	evil, honest := home.AddKey(t, "evil"), home.AddKey(t, "honest")
	d := harness.LaunchPlainInside(t, home, group.wrapper()...)
	d.Key = honest
	d.AwaitState(t, "valid", 30*time.Second)
	if want := "runtime_limit=192MiB request_memory=96MiB max_connections=512"; !strings.Contains(d.Output(), want) {
		t.Errorf("the log does not say %s:\n%s", want, d.Output())
	}
	a := &attack{t: t, d: d, address: strings.TrimPrefix(d.URL, "http://"), key: evil, ended: make(chan struct{}), answers: make(map[string]map[int]int)}
	var peak groupUsage
	a.work.Go(func() {
		for a.pause(50 * time.Millisecond) {
			peak.raise(group.usage())
		}
	})
	link := keptPicture(t, d, 8<<20)
	a.holdConnections(idleCrowd)
	large := []byte(`{"contents":[{"parts":[{"text":"` + strings.Repeat("a", 31<<20) + `"}]}]}`)
	links := linkedQuestion(link, 64)
	for range 16 {
		a.work.Go(func() { a.repeat(countPath, large) })
		a.work.Go(func() { a.stallBodies(large) })
	}
	for range 8 {
		a.work.Go(func() { a.repeat(chatPath, links) })
	}
	failures := askHonestly(t, d, honest)
	close(a.ended)
	a.work.Wait()
	t.Logf("at most: %s; the attack got %v", peak, a.answers)
	if a.answers[countPath][http.StatusServiceUnavailable] == 0 || a.answers[chatPath][http.StatusServiceUnavailable] == 0 {
		t.Errorf("the memory for requests was never used up: %v", a.answers)
	}
	// Version 1 of control groups does not count buffers of connections in the limit.
	if sum := peak.anonymous + peak.buffers + peak.kernel; sum > smallMachine {
		t.Errorf("%d MiB were in use", sum>>20)
	}
	if n := group.killed(); n != 0 {
		t.Errorf("the kernel killed %d processes", n)
	}
	if most := honestCrowd * honestEach / 100; len(failures) > most {
		t.Errorf("%d of %d honest requests failed:\n%s", len(failures), honestCrowd*honestEach, strings.Join(failures[:min(len(failures), 10)], "\n"))
	}
	if reply := d.Do(t, http.MethodGet, "/livez", ""); reply.Status != http.StatusOK {
		t.Errorf("afterwards /livez answers %d", reply.Status)
	}
}

// honestRequests are what an honest client sends by turns.
var honestRequests = []struct{ method, path, body string }{
	{http.MethodGet, "/v1/models", ""},
	{http.MethodPost, chatPath, `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"hi"}]}`},
	{http.MethodPost, chatPath, `{"model":"gemini-2.5-flash","stream":true,"messages":[{"role":"user","content":"hi"}]}`},
	{http.MethodPost, countPath, `{"contents":[{"parts":[{"text":"` + strings.Repeat("word ", 20<<10) + `"}]}]}`},
}

// askHonestly lets many clients ask one request after another, and describes those that failed.
func askHonestly(t *testing.T, d *harness.Daemon, key string) (failures []string) {
	t.Helper()
	var clients sync.WaitGroup
	var mu sync.Mutex
	for range honestCrowd {
		clients.Go(func() {
			client := &http.Client{Transport: new(http.Transport), Timeout: time.Minute}
			for i := range honestEach {
				if err := askOnce(t, client, d.URL, key, i); err != nil {
					mu.Lock()
					failures = append(failures, err.Error())
					mu.Unlock()
				}
			}
		})
	}
	clients.Wait()
	return failures
}

func askOnce(t *testing.T, client *http.Client, url, key string, i int) error {
	ask := honestRequests[i%len(honestRequests)]
	r, err := http.NewRequestWithContext(t.Context(), ask.method, url+ask.path, strings.NewReader(ask.body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+key)
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %d, %w, %.200s", ask.path, response.StatusCode, err, said)
	}
	return nil
}

var shownLink = regexp.MustCompile(`/files/([0-9a-z.-]+)`)

// keptPicture lets the server keep a picture for a link and makes its file as large as
// real ones can be.
func keptPicture(t *testing.T, d *harness.Daemon, size int64) (url string) {
	t.Helper()
	reply := d.Do(t, http.MethodPost, chatPath, `{"model":"gemini-2.5-flash-image","messages":[{"role":"user","content":"draw a fox"}]}`)
	name := shownLink.FindStringSubmatch(reply.Body)
	if name == nil {
		t.Fatalf("no link in %d %s", reply.Status, reply.Body)
	}
	if err := os.Truncate(filepath.Join(d.State(), "files", name[1]), size); err != nil {
		t.Fatal(err)
	}
	return d.URL + "/files/" + name[1]
}

// allowDescriptors lets this process have so many open.
func allowDescriptors(t *testing.T, n uint64) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Max < n {
		t.Fatalf("this test needs %d descriptors (ulimit -n): %v, %v", n, limit, err)
	}
	raised := limit
	raised.Cur = raised.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &raised); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) })
}
