package config

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"os"

	"github.com/geminid/geminid/gateway/auth"
)

// CheckFiles looks into the files that the settings name: the clients' keys, which
// a listener that can be reached from outside needs, and the certificate with its
// key. The server does not start if it refuses one: an [*Error] with all mistakes.
// If there is none, and a file may not be read by this user, the error wraps
// [os.ErrPermission], because the server may be another user.
func (s *Settings) CheckFiles() error {
	var unreadable error
	var mistakes []mistake
	for _, check := range []func() error{s.checkKeys, s.checkCertificate} {
		err := check()
		if m, ok := errors.AsType[mistake](err); ok {
			mistakes = append(mistakes, m)
		} else if errors.Is(err, os.ErrPermission) {
			unreadable = cmp.Or(unreadable, err)
		} else if err != nil {
			mistakes = append(mistakes, mistake{key: "keys_file", text: err.Error(), err: err})
		}
	}
	if len(mistakes) > 0 {
		return &Error{s.sources().join(mistakes)}
	}
	return unreadable
}

func (s *Settings) checkKeys() error {
	keys, err := OpenKeys(*s)
	if err != nil {
		return err
	}
	return s.checkAccess(keys)
}

// CheckAccess refuses keys that were lost, and a listener that can be reached from
// outside while there are none, with an [*Error].
func (s *Settings) CheckAccess(keys *auth.Keys) error {
	if m, ok := errors.AsType[mistake](s.checkAccess(keys)); ok {
		return &Error{s.sources().join([]mistake{m})}
	}
	return nil
}

func (s *Settings) checkAccess(keys *auth.Keys) error {
	if err := keys.Err(); err != nil && s.KeysFile == "" {
		return mistake{key: "keys_file", text: err.Error() + " (to go without keys again, delete " + keysMark(*s) + " as well)"}
	} else if err != nil {
		return mistake{key: "keys_file", text: err.Error() + " (or correct the path)"}
	}
	if IsLoopback(s.Listen) || s.InsecureNoAuth || keys.HasRole(auth.RoleAPI) || keys.HasRole(auth.RoleAdmin) {
		return nil
	}
	return mistake{key: "listen", text: s.Listen + " can be reached from outside and there is no key; make one with: geminid keys add NAME (or listen on 127.0.0.1, or set insecure_no_auth)"}
}

// NoKeyWarning says in one sentence with its cure that the API asks for no key, or
// that none is left to open it. It is empty if there are keys.
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

// LoadCertificate reads the certificate with its key. The error is an [*Error], or
// wraps [os.ErrPermission].
func (s *Settings) LoadCertificate() (tls.Certificate, error) {
	pair, err := s.loadCertificate()
	if m, ok := errors.AsType[mistake](err); ok {
		err = &Error{s.sources().join([]mistake{m})}
	}
	return pair, err
}

// loadCertificate returns a mistake of that one of the two keys whose file it is,
// if that is known.
func (s *Settings) loadCertificate() (tls.Certificate, error) {
	var texts [2][]byte
	for i, file := range []struct{ key, path string }{{"tls_cert", s.TLSCert}, {"tls_key", s.TLSKey}} {
		var err error
		if texts[i], err = readFile(file.path); errors.Is(err, os.ErrPermission) {
			return tls.Certificate{}, fmt.Errorf("%s: %w", file.key, err)
		} else if err != nil {
			return tls.Certificate{}, mistake{key: file.key, text: err.Error()}
		}
	}
	pair, err := tls.X509KeyPair(texts[0], texts[1])
	if err != nil {
		return pair, mistake{key: "tls_cert", text: fmt.Sprintf("%s and %s are no certificate with its key: %v", s.TLSCert, s.TLSKey, err)}
	}
	return pair, nil
}
