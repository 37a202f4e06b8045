package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/activation"

	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/limit"
)

// openListeners opens the control socket and the API's listener, which is systemd's if
// that passes one.
func (d *Daemon) openListeners(ctx context.Context) error {
	if d.cfg.Detached {
		return nil
	}
	passed, err := activation.Listeners()
	if err != nil {
		return fmt.Errorf("taking over the sockets of systemd: %w", err)
	}
	var listening net.ListenConfig
	var inner net.Listener
	if len(passed) > 0 && passed[0] != nil {
		inner = passed[0]
	} else if inner, err = listening.Listen(ctx, "tcp", d.settings.Listen); err != nil {
		return fmt.Errorf("opening %s: %w; %s", d.settings.Listen, err, listenAdvice(err))
	}
	d.listener = d.limitConnections(inner)
	if d.settings.TLSCert != "" {
		if d.certificate, err = openCertificate(d.settings, d.log); err != nil {
			return err
		}
		d.lastContents.certificate = d.certificate.current.Load()
	}
	d.control, err = openControlSocket(ctx, d.settings.Socket, d.log)
	return err
}

// limitConnections bounds the connections of the API's listener. It logs each reason
// of refusals once a minute at most.
func (d *Daemon) limitConnections(inner net.Listener) *limit.Listener {
	logged := limit.NewWindow[string](time.Minute, 2)
	most := memoryOf(d.settings).connections
	return limit.NewListener(inner, limit.ListenerConfig{
		Max:    most,
		Shared: func(client netip.Addr) bool { return d.api.IsTrustedProxy(client) },
		Refused: func(_ netip.Addr, reason string) {
			if logged.TakeUse(reason, 1).OK {
				d.log.Warn("connections are refused", "reason", reason, "max_connections", most)
			}
		},
	})
}

// listenAdvice returns the remedy for an address that cannot be opened.
func listenAdvice(err error) string {
	if errors.Is(err, os.ErrPermission) {
		return "ports below 1024 are for root: listen on another one and put a proxy before it"
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return "is another server running there? Set listen to a free address"
	}
	return "set listen to an address of this machine, such as 127.0.0.1:8100"
}

// startServers serves the listeners until they are shut down.
func (d *Daemon) startServers(ctx context.Context) {
	if d.listener == nil {
		return
	}
	for _, served := range []struct {
		listener net.Listener
		handler  http.Handler
	}{{d.listener, d.listener.BoundStreams(d.api.Handler())}, {d.control, d.api.ControlHandler()}} {
		server := api.NewServer(served.handler, d.log)
		server.BaseContext = func(net.Listener) context.Context { return ctx }
		d.servers = append(d.servers, server)
		d.group.Go(func() error {
			if err := d.serveListener(server, served.listener); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serving %s: %w", served.listener.Addr(), err)
			}
			return nil
		})
	}
}

// serveListener serves one listener: the API's with TLS if there is a certificate.
func (d *Daemon) serveListener(server *http.Server, listener net.Listener) error {
	if listener == d.listener && d.certificate != nil {
		server.TLSConfig = d.certificate.tlsConfig()
		return server.ServeTLS(listener, "", "")
	}
	return server.Serve(listener)
}

// shutServers closes the listeners at once and waits for the requests. Those left at
// the end of ctx are cut.
func (d *Daemon) shutServers(ctx context.Context) error {
	var failures []error
	for _, server := range d.servers {
		if err := server.Shutdown(ctx); err != nil {
			failures = append(failures, server.Close())
		}
	}
	if len(d.servers) == 0 && d.listener != nil {
		failures = append(failures, d.listener.Close())
	}
	return errors.Join(failures...)
}

// notifyHangup delivers SIGHUP until stop is called. It is called before the start, so
// that an early reload is late and does not end the process.
func notifyHangup() (hup chan os.Signal, stop func()) {
	hup = make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	return hup, func() { signal.Stop(hup) }
}

// Wait blocks until ctx ends or a part fails, and reloads on SIGHUP. A second SIGINT
// or SIGTERM ends the process at once.
func (d *Daemon) Wait(ctx context.Context) error {
	hup, stop := notifyHangup()
	defer stop()
	return d.waitForEnd(ctx, hup)
}

func (d *Daemon) waitForEnd(ctx context.Context, hup <-chan os.Signal) error {
	failed := make(chan error, 1)
	go func() { failed <- d.group.Wait() }() // ends with Stop at the latest
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case <-hup:
			d.reloadAndLog()
		}
	}
}
