package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/signal"
	"syscall"
)

// runProxy is the baseline: the standard library's reverse proxy in front of
// the stand-in, flushing every write. It parses nothing, so no Go program that
// forwards a stream can be expected to cost less.
func runProxy(listen, upstream, authority string) error {
	trusted, err := os.ReadFile(authority)
	if err != nil {
		return fmt.Errorf("reading the authority to trust: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(trusted) {
		return fmt.Errorf("no certificate in %s", authority)
	}
	target, err := url.Parse(upstream)
	if err != nil {
		return fmt.Errorf("reading the upstream's address: %w", err)
	}
	quiet := log.New(io.Discard, "", 0) // clients that leave on purpose
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		FlushInterval: -1,
		ErrorLog:      quiet,
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 1024,
		},
	}
	server := &http.Server{Addr: listen, Handler: proxy, ErrorLog: quiet}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving the baseline proxy: %w", err)
	}
	return nil
}
