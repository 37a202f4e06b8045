package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// scrape reads geminid's metrics page.
func scrape(ctx context.Context, s subject) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Base+"/metrics", nil)
	if err != nil {
		return nil, fmt.Errorf("asking for metrics: %w", err)
	}
	response, err := s.Client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("asking for metrics: %w", err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("reading the metrics: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("asking for metrics: status %d", response.StatusCode)
	}
	return page, nil
}

// goroutines reads go_goroutines from the metrics page.
func goroutines(ctx context.Context, s subject) (int, error) {
	page, err := scrape(ctx, s)
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(page) {
		if value, ok := bytes.CutPrefix(line, []byte("go_goroutines ")); ok {
			return strconv.Atoi(string(bytes.TrimSpace(value)))
		}
	}
	return 0, errors.New("the metrics page does not tell go_goroutines")
}
