package api

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/geminid/geminid/gateway/limit"
)

// NewServer returns an http.Server around h with the timeouts that the surface
// relies on. There is no write timeout: a stream may last as long as it moves, and
// every write has a deadline of its own. The messages of net/http go to logger at
// debug level; nil discards them.
func NewServer(h http.Handler, logger *slog.Logger) *http.Server {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ConnState:         limit.TrackState,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
}
