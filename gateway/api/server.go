package api

import (
	"log/slog"
	"net/http"
	"time"
)

// NewServer returns an http.Server around h with the timeouts that the surface
// relies on, for a listener as it is or made Strict. There is no write timeout: a
// stream may last as long as it moves, and every write has a deadline of its own.
// What net/http has to say goes to logger at debug level; nil discards it.
func NewServer(h http.Handler, logger *slog.Logger) *http.Server {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ConnContext:       remember,
		ConnState:         follow,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
}
