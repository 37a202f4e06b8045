// Package ssh reaches the server's machine with the user's own ssh program, which
// has their agent, configuration and known hosts: a SOCKS tunnel ([Tunnel]) and
// the delivery of a cookie file into the inbox ([InboxDelivery]).
//
// # Concurrency
//
// A [Tunnel] belongs to one goroutine; [Tunnel.Close] ends the ssh process and
// waits for it. An [InboxDelivery] is a plain value.
//
// # Errors
//
// Failures of ssh and of the remote side are [exit.Failure] values with the
// command to try by hand. Cookies are never on a command line.
package ssh
