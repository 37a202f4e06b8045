package client

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// NormalizeAddress turns an address as people write it into the form that paths
// are appended to. An empty address stays empty.
func NormalizeAddress(address string) (string, error) {
	if address == "" {
		return "", nil
	}
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return "", errors.New("not an address")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", errors.New("the scheme must be http or https")
	case u.User != nil:
		return "", errors.New("a user or password does not belong into the address")
	case u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("the address must end with the path")
	}
	// Clients are given the base URL with /v1; here it would come twice.
	u.Path = strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/v1")
	u.RawPath = ""
	return strings.TrimRight(u.String(), "/"), nil
}

// IsLoopback reports whether host names this computer.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
