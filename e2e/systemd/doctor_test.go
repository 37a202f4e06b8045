package systemd_test

import (
	"cmp"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// examined: on an installation as the package makes it the doctor finds nothing
// bad and misses the first key alone, a stranger learns only what everybody may, and root gets the report.
func examined(t *testing.T, s *service) {
	said := s.Do(t, "geminid doctor")
	for _, want := range []string{"0 bad, 1 warnings", "there is no API key yet", "the server answers on 127.0.0.1:8100", "signed in and working", "files and directories are private"} {
		if !strings.Contains(said, want) {
			t.Errorf("geminid doctor does not say %q:\n%s", want, said)
		}
	}
	said, code := s.Machine.Try(t.Context(), "runuser", "-u", "mallory", "--", "geminid", "doctor", "--offline")
	if code != 0 || !strings.Contains(said, "the configuration cannot be read by this user") {
		t.Errorf("to a stranger geminid doctor says (code %d):\n%s", code, said)
	}
	if page := s.Do(t, "geminid report --lang en"); !strings.Contains(page, "Next risk") || strings.Contains(page, "was not asked") {
		t.Errorf("geminid report says:\n%s", page)
	}
}

// setUpAnew: a configuration that root makes with init is one that the service and
// its group can read, and its key lets in.
func setUpAnew(t *testing.T, s *service) {
	said := s.Do(t, "geminid init --yes --force --key-name first --upstream-url "+s.lent)
	for word := range strings.FieldsSeq(said) {
		if strings.HasPrefix(word, "gmd_") {
			harness.Secret(word)
			s.Key = cmp.Or(s.Key, word) // from now on the API is closed without one
		}
	}
	if !strings.Contains(said, "sudo geminid reload --config") || !strings.Contains(said, "sudo systemctl restart geminid") {
		t.Errorf("geminid init says:\n%s", said)
	}
	s.Do(t, `test "$(stat -c '%U:%G %a' /etc/geminid/geminid.yaml)" = 'root:geminid 640'
		systemctl restart geminid
		geminid cookies status
		geminid keys revoke first-admin
		mv /etc/geminid/geminid.yaml.old /etc/geminid/geminid.yaml
		systemctl restart geminid`)
	s.serves(t)
	s.chat(t)
}
