package systemd_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// sandbox: the walls that the unit asks for really stand.
func sandbox(t *testing.T, s *service) {
	pid := s.show(t, "MainPID")
	status := make(map[string]string)
	for line := range strings.Lines(s.Do(t, "cat /proc/"+pid+"/status")) {
		name, value, _ := strings.Cut(line, ":")
		status[name] = strings.TrimSpace(value)
	}
	none := "0000000000000000"
	for name, want := range map[string]string{
		"CapEff": none, "CapPrm": none, "CapInh": none, "CapBnd": none, "CapAmb": none, "NoNewPrivs": "1", "Seccomp": "2",
	} {
		if status[name] != want {
			t.Errorf("%s is %q, want %q", name, status[name], want)
		}
	}
	if uid, geminid := strings.Fields(status["Uid"])[0], s.Do(t, "id -u geminid"); uid != geminid || uid == "0" {
		t.Errorf("it runs as user %s, geminid is %s", uid, geminid)
	}
	for _, kind := range []string{"user", "mnt", "ipc", "uts"} {
		if s.Do(t, "readlink /proc/1/ns/"+kind) == s.Do(t, "readlink /proc/"+pid+"/ns/"+kind) {
			t.Errorf("it shares the %s namespace with the rest of the machine", kind)
		}
	}
	view := "nsenter -t " + pid + " -m -- "
	for _, path := range []string{"/etc/x", "/usr/bin/x", "/var/lib/x", "/var/log/x", "/root/x", "/x", "/sys/kernel/x", "/proc/sys/kernel/hostname"} {
		said, code := s.Machine.Try(t.Context(), "sh", "-c", "LC_ALL=C "+view+"sh -c 'echo x > "+path+"'")
		refused := slices.ContainsFunc([]string{"Read-only file system", "nonexistent", "Permission denied"}, func(why string) bool { return strings.Contains(said, why) })
		if code == 0 || !refused {
			t.Errorf("writing %s ends with %d: %s", path, code, said)
		}
	}
	s.Do(t, "test -d /home/alice && ! "+view+"test -e /home/alice") // homes are hidden
	s.Do(t, view+"sh -c 'touch /var/lib/geminid/inbox/.x /run/geminid/x && rm /var/lib/geminid/inbox/.x /run/geminid/x'")
	s.Do(t, "touch /tmp/mine && ! "+view+"test -e /tmp/mine")
	s.Do(t, "! "+view+"test -e /proc/meminfo")
	for _, device := range []string{"/dev/kmsg", "/dev/mem", "/dev/fuse", "/dev/net/tun"} {
		s.Do(t, "! "+view+"test -e "+device)
	}
}

// TestSyscalls: with a unit that kills at the first refused system call, a whole
// life passes without one.
func TestSyscalls(t *testing.T) {
	s := install(t)
	// A step before that calls what is refused shows that the filter bites.
	s.dropIn(t, "strict", "Service]\nSystemCallErrorNumber=kill\nRestart=no\nExecStartPre=/usr/sbin/chroot /usr /bin/true")
	since := s.now(t)
	if said, code := s.Machine.Try(t.Context(), "systemctl", "start", "geminid"); code == 0 {
		t.Errorf("a refused system call has no consequence: %s", said)
	}
	s.says(t, since, "status=31/SYS")
	s.dropIn(t, "strict", "Service]\nSystemCallErrorNumber=kill\nRestart=no")
	s.Do(t, "systemctl start geminid")

	session := s.sim.Session(t, "first")
	s.drop(t, session, "cp")
	s.uses(t, session)
	s.everything(t)
	next := s.sim.Session(t, "second")
	s.drop(t, next, "cp")
	s.uses(t, next)
	s.configure(t, "log_level: debug")
	s.Do(t, "systemctl reload geminid")
	s.says(t, since, "changed=log_level")
	s.everything(t)
	s.Do(t, "systemctl stop geminid")
	if result, status := s.show(t, "Result"), s.show(t, "ExecMainStatus"); result != "success" || status != "0" {
		t.Errorf("it ended with %s, status %s: a system call was refused", result, status)
	}
	s.discreet(t)
}

// everything asks for one of each.
func (s *service) everything(t *testing.T) {
	t.Helper()
	const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
	picture := `[{"type":"text","text":"what is this"},{"type":"image_url","image_url":{"url":"data:image/png;base64,` + png + `"}}]`
	for _, call := range [][3]string{
		{"POST", "/v1/chat/completions", fmt.Sprintf(question, "hello")},
		{"POST", "/v1/chat/completions", strings.Replace(fmt.Sprintf(question, "[long 20000]"), "{", `{"stream":true,`, 1)},
		{"POST", "/v1/chat/completions", strings.Replace(fmt.Sprintf(question, ""), `"content":""`, `"content":`+picture, 1)},
		{"POST", "/v1/chat/completions", fmt.Sprintf(question, strings.Repeat("a long question ", 20_000))},
		{"POST", "/v1beta/models/gemini-2.5-flash:generateContent", `{"contents":[{"parts":[{"text":"hello"}]}]}`},
		{"POST", "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", `{"contents":[{"parts":[{"text":"hello"}]}]}`},
		{"POST", "/v1beta/models/gemini-2.5-flash:countTokens", `{"contents":[{"parts":[{"text":"hello"}]}]}`},
		{"POST", "/v1/images/generations", `{"prompt":"[image 1 64x64] a house","response_format":"b64_json"}`},
		{"POST", "/v1/images/generations", `{"prompt":"[image 1 64x64] a house","response_format":"url"}`},
		{"GET", "/v1/models", ""}, {"GET", "/v1beta/models", ""}, {"GET", "/metrics", ""}, {"GET", "/", ""}, {"GET", "/health", ""},
		{"GET", "/api/cookies/status", ""},
	} {
		if reply := s.Ask(t, call[0], call[1], call[2]); reply.Status != http.StatusOK {
			t.Errorf("%s %s answers %d %.200s", call[0], call[1], reply.Status, reply.Body)
		}
	}
	s.Do(t, `geminid cookies status && geminid cookies history && geminid keys list && geminid audit verify
		curl -sSf --unix-socket /run/geminid/geminid.sock -X POST http://localhost/api/accounts/default/probe`)
}
