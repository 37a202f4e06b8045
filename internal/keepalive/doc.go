// Package keepalive makes HTTP transports notice that the other side of a
// connection is gone.
//
// If a router, a VPN or a proxy has lost a connection, nothing arrives on it and
// nothing is refused. Without probes the kernel gives it up only after about a
// quarter of an hour, and until then every request on it waits for its time-out.
//
// Start with [Config.ApplyTo]; the programs use the zero [Config]. A Config
// is a value without state and safe for concurrent use. ApplyTo returns no error:
// a platform that lacks a socket option keeps its default. See tcp_linux.go
// (TCP_USER_TIMEOUT, RFC 5482) for the difference between platforms.
package keepalive
