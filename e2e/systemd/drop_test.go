package systemd_test

import (
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// dropAsRoot: the files that root copies are found.
func dropAsRoot(t *testing.T, s *service) {
	first := s.sim.Session(t, "root")
	s.drop(t, first, "cp")
	s.uses(t, first)
	harness.Eventually(t, 10*time.Second, "systemctl status tells of the session", func() bool {
		return strings.HasPrefix(s.show(t, "StatusText"), "1 healthy, rotates in ")
	})
}

// dropAsMember: whoever is in the group may drop files, and needs nothing else.
func dropAsMember(t *testing.T, s *service) {
	s.Do(t, "useradd -m -G geminid alice")
	next := s.sim.Session(t, "member")
	s.drop(t, next, "runuser -u alice -- cp -f")
	s.uses(t, next)
	s.Do(t, "useradd -m mallory")
	if said, code := s.Machine.Try(t.Context(), "runuser", "-u", "mallory", "--", "ls", "/var/lib/geminid"); code == 0 {
		t.Errorf("a stranger may look into the state: %s", said)
	}
	if said, code := s.Machine.Try(t.Context(), "runuser", "-u", "alice", "--", "ls", "/var/lib/geminid/state"); code == 0 {
		t.Errorf("a member may look into the state: %s", said)
	}
}

// unreadableDrop: a file that the service may not read gets a note that says so,
// and is taken when that is cured.
func unreadableDrop(t *testing.T, s *service) {
	next := s.sim.Session(t, "private")
	s.drop(t, next, "install -m 600 -o root -g geminid")
	harness.Eventually(t, 60*time.Second, "a note says what is wrong", func() bool {
		note, code := s.Machine.Try(t.Context(), "cat", "/var/lib/geminid/inbox/cookies.txt.rejected.txt")
		return code == 0 && strings.Contains(note, "chown -h ")
	})
	s.chat(t)
	s.Do(t, "chown -h geminid /var/lib/geminid/inbox/cookies.txt")
	s.uses(t, next)
	s.Do(t, "test ! -e /var/lib/geminid/inbox/cookies.txt.rejected.txt")
}
