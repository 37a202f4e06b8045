package systemd_test

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// TestPackageFresh: on a fresh Debian one installation and three commands serve a
// chat.
func TestPackageFresh(t *testing.T) {
	s := boot(t, firstVersion)
	session := s.sim.Session(t, "fresh")
	s.Write(t, "/root/cookies.txt", session.Netscape(), 0o600)
	// Its upstream is a pretended one: that, and only that, is not as it comes.
	s.dropIn(t, "upstream", "Service]\nEnvironment=GEMINID_UPSTREAM_URL=http://"+s.Lend(t, strings.TrimPrefix(s.sim.URL, "http://")))

	began := time.Now()
	s.Do(t, "cd /root && apt-get install -q -y ./geminid.deb")
	for _, property := range []string{"ActiveState=inactive", "UnitFileState=disabled"} {
		if name, want, _ := strings.Cut(property, "="); s.show(t, name) != want {
			t.Errorf("after the installation %s is %s, want %s", name, s.show(t, name), want)
		}
	}
	s.Key = s.keyOf(t, s.Do(t, "geminid keys add laptop"))
	s.Do(t, "systemctl enable --now geminid")
	s.Do(t, "install -m 640 -g geminid /root/cookies.txt /var/lib/geminid/inbox/")
	s.serves(t)
	s.chat(t)
	t.Logf("a served chat %s after the begin of the installation", time.Since(began).Round(time.Millisecond))

	if reply := s.Ask(t, http.MethodGet, "/v1/models", "", "Authorization: Bearer wrong"); reply.Status != http.StatusUnauthorized {
		t.Errorf("with a wrong key it answers %d", reply.Status)
	}
	if enabled := s.show(t, "UnitFileState"); enabled != "enabled" {
		t.Errorf("it is %s at boot", enabled)
	}
	s.Do(t, `test "$(stat -c '%U %G %a' /etc/geminid/geminid.yaml)" = 'root geminid 640'
		test "$(stat -c '%U %G %a' /var/lib/geminid/inbox)" = 'geminid geminid 2770'
		test "$(stat -c '%U %G %a' /var/lib/geminid/state)" = 'geminid geminid 700'
		test "$(stat -c '%U %a' /var/lib/geminid/state/keys)" = 'geminid 600'
		test "$(stat -c '%a' /run/geminid/geminid.sock)" = 660
		test -e /usr/share/man/man1/geminid.1.gz -o -e /usr/share/doc/geminid/copyright
		test -e /usr/share/bash-completion/completions/gchat
		dpkg --verify geminid`)
	if version, want := s.Do(t, "geminid version"), "geminid "+firstVersion+" (revision "+revision()+", "; !strings.HasPrefix(version, want) {
		t.Errorf("it calls itself %q, not %q", version, want)
	}
	s.discreet(t)
}

// revision is the commit that packages are made from.
func revision() string {
	cmd := exec.Command("git", "rev-parse", "--short=12", "HEAD")
	cmd.Dir = harness.Root()
	out, err := cmd.Output()
	if err != nil {
		return "unknown" // sources without their history
	}
	return strings.TrimSpace(string(out))
}

// keyOf finds the key in what keys add prints.
func (s *service) keyOf(t *testing.T, said string) string {
	t.Helper()
	for word := range strings.FieldsSeq(said) {
		if strings.HasPrefix(word, "gmd_") {
			return harness.Secret(word)
		}
	}
	t.Fatalf("no key in %q", said)
	return ""
}

// TestPackageLife: an upgrade keeps configuration, keys and sessions and runs the
// new version; removing and purging take away what they say and nothing else.
func TestPackageLife(t *testing.T) {
	s := boot(t, firstVersion, secondVersion)
	s.Do(t, "apt-get install -q -y /root/geminid.deb")
	s.configure(t, "# my own word")
	s.Key = s.keyOf(t, s.Do(t, "geminid keys add laptop"))
	s.Do(t, "systemctl enable --now geminid")
	session := s.sim.Session(t, "kept")
	s.drop(t, session, "cp")
	s.uses(t, session)
	s.Do(t, "rm /var/lib/geminid/inbox/cookies.txt") // the session is in the state now
	calls := len(s.sim.Journal(t, "rotate"))

	pid := s.show(t, "MainPID")
	s.Do(t, "apt-get install -q -y -o Dpkg::Options::=--force-confdef /root/newer.deb")
	if now := s.show(t, "MainPID"); now == pid || now == "0" {
		t.Errorf("after the upgrade process %s is %s", pid, now)
	}
	if version := s.Do(t, "geminid version"); !strings.HasPrefix(version, "geminid "+secondVersion) {
		t.Errorf("after the upgrade it is %s", version)
	}
	s.serves(t)
	s.chat(t)
	s.Do(t, "grep -q 'my own word' /etc/geminid/geminid.yaml && test \"$(stat -c '%G %a' /etc/geminid/geminid.yaml)\" = 'geminid 640'")
	if n := len(s.sim.Journal(t, "rotate")); n != calls {
		t.Errorf("the upgrade rotated %d times", n-calls)
	}

	s.Do(t, "apt-get remove -q -y geminid")
	if s.Try(t, "/livez") {
		t.Error("it serves on after it was removed")
	}
	s.Do(t, `test ! -e /usr/bin/geminid && test -e /etc/geminid/geminid.yaml
		test -e /var/lib/geminid/state/keys && test -e /var/lib/geminid/state/accounts/default.json`)

	s.Do(t, "apt-get install -q -y /root/newer.deb && systemctl start geminid")
	s.serves(t)
	s.chat(t) // everything was still there

	if said := s.Do(t, "apt-get purge -q -y geminid"); !strings.Contains(said, "stay in /var/lib/geminid") {
		t.Errorf("purging does not say what stays:\n%s", said)
	}
	s.Do(t, "test ! -e /etc/geminid/geminid.yaml && test -e /var/lib/geminid/state/keys")

	s.Do(t, "apt-get install -q -y /root/newer.deb && GEMINID_PURGE_STATE=yes apt-get purge -q -y geminid")
	s.Do(t, "test ! -e /var/lib/geminid")
	if left := s.Do(t, "find / -xdev -iname '*geminid*' -not -path '/proc/*' -not -path '/root/*' -not -path '/var/log/*' -not -path '/sys/*' -not -path '/etc/systemd/system/geminid.service.d*'"); left != "" {
		t.Errorf("after purging there is left:\n%s", left)
	}
}

// TestPackageSetUp: what the package brings is in nobody's way, and an upgrade
// leaves alone what was chosen since.
func TestPackageSetUp(t *testing.T) {
	s := boot(t, firstVersion, secondVersion)
	s.Do(t, "apt-get install -q -y /root/geminid.deb && useradd -G geminid member")
	const stat = "stat -c '%U %G %a' /etc/geminid/geminid.yaml"
	s.Write(t, "/root/.env", "PORT=8100\nAPI_KEY=mellow-otter-77-q\n", 0o600)
	for _, command := range []string{"geminid init -y --key-name phone", "geminid config import --force --from gemi2api-server /root/.env"} {
		s.Do(t, command)
		if got := s.Do(t, stat); got != "root geminid 640" {
			t.Errorf("after %s the configuration is %s", command, got)
		}
		s.Do(t, "runuser -u member -- geminid check-config")
	}
	s.Do(t, "grep -q '^#listen' /etc/geminid/geminid.yaml.old && grep -q '^listen' /etc/geminid/geminid.yaml.old.2")
	s.Do(t, "systemctl enable --now geminid")

	upgrade := func(version string) {
		s.Do(t, "dpkg --force-confdef --force-confold -i /root/"+version+".deb && test \"$(dpkg-query -f '${Status}' -W geminid)\" = 'install ok installed'")
	}
	s.Do(t, "chown geminid /etc/geminid/geminid.yaml && chmod 600 /etc/geminid/geminid.yaml")
	upgrade("newer")
	if got := s.Do(t, stat); got != "geminid geminid 600" {
		t.Errorf("after the upgrade the configuration is %s", got)
	}
	s.Do(t, "echo 'listen: nowhere' >> /etc/geminid/geminid.yaml")
	upgrade("geminid") // the service can not start again, and says so
	s.Do(t, "rm /etc/geminid/geminid.yaml")
	upgrade("newer")
	s.Do(t, "test ! -e /etc/geminid/geminid.yaml")
	s.Do(t, "apt-get purge -q -y geminid && test ! -e /etc/geminid")
}

// TestPackageTakenAddress: another server on the address is said in one line, and
// nothing half-started stays.
func TestPackageTakenAddress(t *testing.T) {
	s := install(t)
	s.dropIn(t, "restart", "Service]\nRestart=no")
	s.Do(t, "systemd-run --unit=squatter --service-type=exec geminid demo --listen 127.0.0.1:8100")
	harness.Eventually(t, 20*time.Second, "another server is there", func() bool { return s.Try(t, "/livez") })
	if said, code := s.Machine.Try(t.Context(), "systemctl", "start", "geminid"); code == 0 {
		t.Errorf("it starts on a taken address: %s", said)
	}
	if said := s.journal(t, ""); strings.Count(said, "geminid: ") != 1 || !strings.Contains(said, "127.0.0.1:8100") || !strings.Contains(said, "Set listen to a free address") {
		t.Errorf("the journal says:\n%s", said)
	}
	if pid, state := s.show(t, "MainPID"), s.show(t, "ActiveState"); pid != "0" || state != "failed" {
		t.Errorf("process %s is %s", pid, state)
	}
	if status := s.show(t, "ExecMainStatus"); status != "69" {
		t.Errorf("it ended with %s, want 69", status)
	}
}
