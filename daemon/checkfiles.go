package daemon

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"os"

	"github.com/geminid/geminid/gateway/auth"
)

// CheckFiles looks into the files that the settings name: the clients' keys, which
// a listener for everybody needs, and the certificate with its key. The server
// does not start with what it refuses. A file that this user may not read is told
// last, with os.ErrPermission, because the server may be another user.
func CheckFiles(src Sources, s Settings) error {
	var unseen error
	for _, check := range []func() error{s.checkKeys, s.checkCertificate} {
		if err := check(); errors.Is(err, os.ErrPermission) {
			unseen = cmp.Or(unseen, err)
		} else if err != nil {
			return &ConfigError{src.locateError(err)}
		}
	}
	return unseen
}

func (s *Settings) checkKeys() error {
	keys, err := OpenKeys(*s)
	if err != nil {
		return err
	}
	return s.checkKeyed(keys)
}

// checkKeyed refuses keys that were lost, and a listener for everybody without any.
func (s *Settings) checkKeyed(keys *auth.Keys) error {
	if err := keys.Err(); err != nil && s.KeysFile == "" {
		return settingError{"keys_file", err.Error() + " (to go without keys again, delete " + keysMark(*s) + " as well)"}
	} else if err != nil {
		return settingError{"keys_file", err.Error() + " (or correct the path)"}
	}
	if s.isLoopback() || s.InsecureNoAuth || keys.HasRole(auth.RoleAPI) || keys.HasRole(auth.RoleAdmin) {
		return nil
	}
	return settingError{"listen", s.Listen + " can be reached from outside and there is no key; make one with: geminid keys add NAME (or listen on 127.0.0.1, or set insecure_no_auth)"}
}

// NoKeyWarning says in one sentence with its cure that the API asks for no key, or
// that none is left to open it; empty when there are keys.
func NoKeyWarning(s Settings, keys *auth.Keys) string {
	switch {
	case len(keys.ListKeys()) > 0:
		return ""
	case !keys.IsKeyless():
		return "no key is left, so that every client is refused; make one with: geminid keys add NAME"
	case s.InsecureNoAuth:
		return "there is no API key and insecure_no_auth is set: whoever reaches " + s.Listen + " may ask on your account; make a key with: geminid keys add NAME"
	}
	return "there is no API key yet: every user and program of this machine may ask on your account; make one with: geminid keys add NAME"
}

func (s *Settings) checkCertificate() error {
	if s.TLSCert == "" {
		return nil
	}
	_, err := s.loadCertificate()
	return err
}

// loadCertificate reads the certificate with its key. A problem is of the one of the
// two whose file it is, where that can be told.
func (s *Settings) loadCertificate() (tls.Certificate, error) {
	for _, file := range []struct{ key, path string }{{"tls_cert", s.TLSCert}, {"tls_key", s.TLSKey}} {
		if _, err := os.ReadFile(file.path); errors.Is(err, os.ErrPermission) {
			return tls.Certificate{}, fmt.Errorf("%s: %w", file.key, err)
		} else if err != nil {
			return tls.Certificate{}, settingError{file.key, err.Error()}
		}
	}
	pair, err := tls.LoadX509KeyPair(s.TLSCert, s.TLSKey)
	if err != nil {
		return pair, settingError{"tls_cert", fmt.Sprintf("%s and %s are no certificate with its key: %v", s.TLSCert, s.TLSKey, err)}
	}
	return pair, nil
}
